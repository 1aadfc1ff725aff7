// What the quick statistics of one step are gathered in: by chunk and block while threads work, joined in a fixed order
// at the end, so that their bits, like the training's, depend on the chunks and never on the threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fanin/engine/compile.hpp"
#include "fanin/engine/plan.hpp"

namespace fanin::engine {

class StepWatch final {
 public:
  static constexpr std::size_t kBlock = 4096;  ///< values of a parameter that one thread moves together

  explicit StepWatch(CompiledGraph& graph);

  /// Whether the steps that begin from now on have full statistics, too.
  void set_full(bool on);
  /// Forgets the last step. All that follows, until finish(), is one step.
  void begin() noexcept;
  /// Right after the node's forward, of one chunk. @param separate  whether a relu is left to itself.
  void see_output(std::size_t id, std::size_t chunk, std::int64_t rows, bool separate) noexcept;
  /// Right before the node's backward.
  void see_gradient(std::size_t id, std::size_t chunk, std::int64_t rows, bool separate) noexcept;
  /// Where kernels note what their updates see, or nowhere, for those that move parameters block by block.
  void attach(bool to_kernels) noexcept;
  /// What the update of values [block * kBlock, …) of a parameter sees.
  [[nodiscard]] UpdateStatistics& block(std::size_t slot, std::size_t block) noexcept {
    return blocks_[first_block_[slot] + block];
  }
  /// The gradient as it was before clipping.
  void set_gradient(std::size_t slot, std::span<const float> gradient) noexcept;
  void finish() noexcept;

  [[nodiscard]] std::span<const NodeWatch> nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::span<const UpdateStatistics> parameters() const noexcept { return parameters_; }
  /// Of the last step; empty where it had no full statistics.
  [[nodiscard]] std::span<const NodeStatistics> node_statistics() const noexcept { return full_nodes_; }
  [[nodiscard]] std::span<const ParameterStatistics> parameter_statistics() const noexcept { return full_parameters_; }

 private:
  static constexpr std::size_t kNowhere = ~std::size_t{0};

  // Of a compiled node.
  struct Place {
    std::size_t node = kNowhere;           // in the description; conversions have none
    std::size_t rectified = kNowhere;      // the description's relu whose work this node does
    std::size_t same_output = kNowhere;    // a node of the description whose output has the same values
    std::size_t same_gradient = kNowhere;  // likewise the gradient
  };

  [[nodiscard]] NodeWatch& at(std::size_t node, std::size_t chunk) noexcept {
    return chunks_[chunk * nodes_.size() + node];
  }
  [[nodiscard]] NodeStatistics* full_at(std::size_t node, std::size_t chunk) noexcept {
    return &full_chunks_[chunk * nodes_.size() + node];
  }
  void find_places();
  void see(TensorWatch& seen, TensorStatistics* full, const CompiledNode& node, std::size_t chunk, std::int64_t rows,
           const float* values) noexcept;
  void finish_full() noexcept;

  CompiledGraph& graph_;
  std::vector<Place> places_;  // by compiled node
  std::vector<NodeWatch> nodes_;
  std::vector<NodeWatch> chunks_;  // [chunk, node]
  std::vector<UpdateStatistics> parameters_;
  std::vector<UpdateStatistics> blocks_;
  std::vector<std::size_t> first_block_;  // by slot
  std::vector<std::optional<QuickStatistics>> unclipped_;
  // The same in full: empty where nobody asked.
  bool full_ = false;
  std::vector<NodeStatistics> full_nodes_;
  std::vector<NodeStatistics> full_chunks_;
  std::vector<ParameterStatistics> full_parameters_;
  std::vector<ParameterStatistics> full_blocks_;
  std::vector<std::optional<TensorStatistics>> full_unclipped_;
};

}  // namespace fanin::engine
