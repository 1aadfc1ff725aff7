#include "fanin/engine/ops/table.hpp"

#include <array>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::engine {

std::span<const OpEntry* const> op_entries() noexcept {
  // clang-format off
  static constexpr std::array kEntries{
      &kActivationEntry,
      &kAddEntry,
      &kAttentionEntry,
      &kBatchNormEntry,
      &kBiasEntry,
      &kConcatEntry,
      &kConvEntry,
      &kConvTransposeEntry,
      &kDenseEntry,
      &kDropoutEntry,
      &kEmbeddingEntry,
      &kFlattenEntry,
      &kGluEntry,
      &kGroupNormEntry,
      &kGruEntry,
      &kLayerNormEntry,
      &kLogSoftmaxEntry,
      &kLstmEntry,
      &kPoolingEntry,
      &kPositionEmbeddingEntry,
      &kReshapeEntry,
      &kRmsNormEntry,
      &kRnnEntry,
      &kScaleEntry,
      &kSelectEntry,
      &kShiftEntry,
      &kSoftmaxEntry,
      &kTransposeEntry,
  };
  // clang-format on
  return kEntries;
}

const OpEntry& find_op(const net::Node& node) {
  std::string known;
  for (const OpEntry* entry : op_entries()) {
    if (entry->kind == node.op->kind()) return *entry;
    known.append(known.empty() ? "" : ", ").append(entry->kind);
  }
  throw Error(ErrorCode::unsupported, "node '" + node.name + "'",
              "the engine cannot run the op '" + std::string(node.op->kind()) + "'; it runs " + known);
}

}  // namespace fanin::engine
