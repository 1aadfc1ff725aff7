#include "fanin/engine/ops/table.hpp"

#include <array>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::engine {

const OpEntry& find_op(const net::Node& node) {
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
  std::vector<std::string> kinds;
  for (const OpEntry* entry : kEntries) {
    if (entry->kind == node.op->kind()) return *entry;
    kinds.emplace_back(entry->kind);
  }
  std::string known;
  for (const std::string& kind : kinds) known += (known.empty() ? "" : ", ") + kind;
  throw Error(ErrorCode::unsupported, "node '" + node.name + "'",
              "the engine cannot run the op '" + std::string(node.op->kind()) + "'; it runs " + known);
}

}  // namespace fanin::engine
