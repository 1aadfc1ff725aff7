// From a network's description to kernels over one arena: checks the graph, puts layout conversions
// where ops need them, decides which buffers exist and how long they live, and makes one kernel per
// node and chunk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fanin/engine/arena_layout.hpp"
#include "fanin/engine/kernel.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/net/tap.hpp"

namespace fanin::engine {

/// A statistic's memory, shared by all chunks.
struct StatisticSlot {
  net::StatisticSpec spec = {};
  float* value = nullptr;
};

/// A further gradient of a value that several nodes read: added to the first.
struct GradientAddition {
  std::size_t target = 0;  ///< index of the node whose gradient it belongs to
  std::optional<BufferId> buffer = {};
  std::vector<float*> from = {};  ///< by chunk
};

/// A node as the plan runs it: an op of the graph, its input, or a layout conversion.
struct CompiledNode {
  net::Node description = {};  ///< its inputs are indices of compiled nodes
  OpTraits traits = {};
  Layout layout = Layout::row_major;  ///< of the output
  bool conversion = false;
  bool rectify = false;                               ///< a relu's work is done by this node's kernels
  bool absorbed = false;                              ///< the relu: runs in watched passes only
  bool needs_gradient = false;                        ///< some parameter is at or above it
  std::vector<std::unique_ptr<Kernel>> kernels = {};  ///< by chunk; none for the input
  std::vector<float*> values = {};                    ///< by chunk, [rows, features]
  std::vector<float*> gradients = {};
  std::vector<GradientAddition> additions = {};  ///< after this node's backward
  std::size_t first_slot = 0;
  std::size_t first_statistic = 0;

  BufferId value_buffer = 0;
  std::optional<BufferId> gradient_buffer = {};
  std::optional<BufferId> saved_buffer = {};
  std::optional<BufferId> batch_buffer = {};
  std::vector<std::optional<BufferId>> input_gradient_buffers = {};

  [[nodiscard]] std::int64_t features() const noexcept { return description.shape.count(); }
};

class CompiledGraph final {
 public:
  /// Lays out memory. @throws Error as Plan's constructor.
  CompiledGraph(const net::Graph& graph, const PlanOptions& options);

  /// Floats of arena that bind() needs, and what its buffers would take end to end.
  [[nodiscard]] std::size_t arena_floats() const noexcept { return shared_.total() + chunks() * chunk_.total(); }
  [[nodiscard]] std::size_t unshared_floats() const noexcept {
    return shared_.unshared() + chunks() * chunk_.unshared();
  }
  /// Makes the kernels on `arena`, which must be zeroed and outlive this.
  void bind(float* arena);

  [[nodiscard]] std::vector<CompiledNode>& nodes() noexcept { return nodes_; }
  [[nodiscard]] const std::vector<CompiledNode>& nodes() const noexcept { return nodes_; }
  /// The parameters as chunk `chunk` sees them: they differ in where the gradient goes.
  [[nodiscard]] std::vector<ParameterSlot>& slots(std::size_t chunk = 0) noexcept { return slots_[chunk]; }
  [[nodiscard]] const std::vector<ParameterSlot>& slots(std::size_t chunk = 0) const noexcept { return slots_[chunk]; }
  [[nodiscard]] const std::vector<StatisticSlot>& statistics() const noexcept { return statistics_; }

  [[nodiscard]] std::size_t chunks() const noexcept { return slots_.size(); }
  [[nodiscard]] std::int64_t chunk_rows() const noexcept { return chunk_rows_; }
  /// [batch, features].
  [[nodiscard]] float* input() const noexcept { return nodes_[input_].values[0]; }
  /// One chunk's output and the gradient of it, [rows, outputs].
  [[nodiscard]] const float* output(std::size_t chunk) const noexcept { return nodes_[output_].values[chunk]; }
  [[nodiscard]] float* output_gradient(std::size_t chunk) const noexcept { return nodes_[output_].gradients[chunk]; }
  [[nodiscard]] std::int64_t features() const noexcept { return nodes_[input_].features(); }
  [[nodiscard]] const Shape& output_shape() const noexcept { return nodes_[output_].description.shape; }

 private:
  void check(const net::Graph& graph) const;
  void expand(const net::Graph& graph);
  std::size_t converted(std::size_t source, Layout layout);
  void plan_parameters();
  void plan_values();
  void plan_scratch();
  void plan_gradients();
  void bind_kernel(CompiledNode& node, std::size_t chunk, float* arena);
  void absorb_relu(const net::Graph& graph, net::NodeId id, CompiledNode& node);
  [[nodiscard]] std::optional<std::size_t> overwritten_input(std::size_t id) const;
  [[nodiscard]] std::optional<std::size_t> input_sharing_gradient(const CompiledNode& node) const;
  [[nodiscard]] CompileHints hints(const CompiledNode& node) const;
  [[nodiscard]] std::int64_t backward_position(std::size_t id) const;
  [[nodiscard]] std::size_t chunk_floats(std::size_t id) const;
  [[nodiscard]] float* of_chunk(const std::optional<BufferId>& buffer, std::size_t chunk, float* arena) const;

  PlanOptions options_;
  std::int64_t chunk_rows_ = 0;
  std::vector<CompiledNode> nodes_;
  std::vector<std::size_t> consumers_;
  std::vector<std::size_t> converted_;             // by source node: its conversion's index + 1, or 0
  std::vector<std::vector<ParameterSlot>> slots_;  // by chunk
  std::vector<StatisticSlot> statistics_;
  std::vector<std::vector<BufferId>> slot_buffers_;  // value, then optimizer states
  std::vector<BufferId> statistic_buffers_;
  BufferId input_buffer_ = 0;
  std::optional<BufferId> workspace_;
  std::size_t input_ = 0;
  std::size_t output_ = 0;
  std::int64_t end_ = 0;  // the schedule's last position
  ArenaLayout shared_;    // parameters, statistics, the input: what all chunks see
  ArenaLayout chunk_;     // the rest, laid out once and there once for each chunk: threads never share it
};

/// Copies a parameter's values between its description's layout and the engine's.
void store_values(const ParameterSlot& slot, const float* described, float* stored) noexcept;
void load_values(const ParameterSlot& slot, const float* stored, float* described) noexcept;

}  // namespace fanin::engine
