// The ops the engine runs, one file each in this folder.
#pragma once

#include <span>

#include "fanin/engine/kernel.hpp"

namespace fanin::engine {

extern const OpEntry kActivationEntry;
extern const OpEntry kAddEntry;
extern const OpEntry kAttentionEntry;
extern const OpEntry kBatchNormEntry;
extern const OpEntry kBiasEntry;
extern const OpEntry kConcatEntry;
extern const OpEntry kConvEntry;
extern const OpEntry kConvTransposeEntry;
extern const OpEntry kDenseEntry;
extern const OpEntry kDropoutEntry;
extern const OpEntry kEmbeddingEntry;
extern const OpEntry kFlattenEntry;
extern const OpEntry kGluEntry;
extern const OpEntry kGroupNormEntry;
extern const OpEntry kGruEntry;
extern const OpEntry kLayerNormEntry;
extern const OpEntry kLogSoftmaxEntry;
extern const OpEntry kLstmEntry;
extern const OpEntry kPoolingEntry;
extern const OpEntry kPositionEmbeddingEntry;
extern const OpEntry kReshapeEntry;
extern const OpEntry kRmsNormEntry;
extern const OpEntry kRnnEntry;
extern const OpEntry kScaleEntry;
extern const OpEntry kSelectEntry;
extern const OpEntry kShiftEntry;
extern const OpEntry kSoftmaxEntry;
extern const OpEntry kTransposeEntry;

/// All of them, sorted by kind.
std::span<const OpEntry* const> op_entries() noexcept;

}  // namespace fanin::engine
