#include "fanin/theory/op_rule.hpp"

#include <array>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {

std::span<const OpRule* const> op_rules() noexcept {
  static constexpr std::array kAll{&kActivationRule, &kAddRule,       &kAttentionRule, &kBatchNormRule,
                                   &kBiasRule,       &kConcatRule,    &kConvRule,      &kConvTransposeRule,
                                   &kDenseRule,      &kDropoutRule,   &kEmbeddingRule, &kFlattenRule,
                                   &kGluRule,        &kGroupNormRule, &kGruRule,       &kLayerNormRule,
                                   &kLogSoftmaxRule, &kLstmRule,      &kPoolingRule,   &kPositionEmbeddingRule,
                                   &kReshapeRule,    &kRmsNormRule,   &kRnnRule,       &kScaleRule,
                                   &kSelectRule,     &kShiftRule,     &kSoftmaxRule,   &kTransposeRule};
  return kAll;
}

const OpRule& op_rule(const net::Node& node) {
  std::string known;
  for (const OpRule* rule : op_rules()) {
    if (rule->kind == node.op->kind()) return *rule;
    known += (known.empty() ? "" : ", ") + std::string(rule->kind);
  }
  throw Error(ErrorCode::unsupported, node.name,
              "there is no prediction for the op '" + std::string(node.op->kind()) + "'; known: " + known);
}

}  // namespace fanin::theory
