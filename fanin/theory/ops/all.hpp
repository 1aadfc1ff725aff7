// The rules of this folder, one file each, named as the ops of net.
#pragma once

#include "fanin/theory/op_rule.hpp"

namespace fanin::theory {

extern const OpRule kActivationRule;
extern const OpRule kAddRule;
extern const OpRule kAttentionRule;
extern const OpRule kBatchNormRule;
extern const OpRule kBiasRule;
extern const OpRule kConcatRule;
extern const OpRule kConvRule;
extern const OpRule kConvTransposeRule;
extern const OpRule kDenseRule;
extern const OpRule kDropoutRule;
extern const OpRule kEmbeddingRule;
extern const OpRule kFlattenRule;
extern const OpRule kGluRule;
extern const OpRule kGroupNormRule;
extern const OpRule kGruRule;
extern const OpRule kLayerNormRule;
extern const OpRule kLogSoftmaxRule;
extern const OpRule kLstmRule;
extern const OpRule kPoolingRule;
extern const OpRule kPositionEmbeddingRule;
extern const OpRule kReshapeRule;
extern const OpRule kRmsNormRule;
extern const OpRule kRnnRule;
extern const OpRule kScaleRule;
extern const OpRule kSelectRule;
extern const OpRule kShiftRule;
extern const OpRule kSoftmaxRule;
extern const OpRule kTransposeRule;

}  // namespace fanin::theory
