// From a network's description to kernels over one arena: checks the graph, decides which buffers
// exist and how long they live, and makes one kernel per node.
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

class CompiledGraph final {
 public:
  /// Lays out memory. @throws Error as Plan's constructor.
  CompiledGraph(const net::Graph& graph, const PlanOptions& options);

  /// Floats of arena that bind() needs, and what its buffers would take end to end.
  [[nodiscard]] std::size_t arena_floats() const noexcept { return layout_.total(); }
  [[nodiscard]] std::size_t unshared_floats() const noexcept { return layout_.unshared(); }
  /// Makes the kernels on `arena`, which must be zeroed and outlive this.
  void bind(float* arena);

  void forward(std::int64_t rows, net::Tap* tap) noexcept(false);
  void backward(const BackwardRun& run, net::Tap* tap) noexcept(false);
  void show_parameters(net::Tap& tap) const;

  [[nodiscard]] std::vector<ParameterSlot>& slots() noexcept { return slots_; }
  [[nodiscard]] const std::vector<ParameterSlot>& slots() const noexcept { return slots_; }
  [[nodiscard]] float* input() const noexcept { return nodes_[input_].value; }
  [[nodiscard]] const float* output() const noexcept { return nodes_[output_].value; }
  [[nodiscard]] float* output_gradient() const noexcept { return nodes_[output_].gradient; }
  [[nodiscard]] std::int64_t features() const noexcept { return nodes_[input_].description.shape.count(); }
  [[nodiscard]] std::int64_t outputs() const noexcept { return nodes_[output_].description.shape.count(); }

 private:
  // A further gradient of a value that several nodes read: added to the first.
  struct Addition {
    net::NodeId target;
    std::optional<BufferId> buffer = {};
    float* from = nullptr;
  };
  struct CompiledNode {
    net::Node description = {};
    OpTraits traits = {};
    std::unique_ptr<Kernel> kernel = {};  // null for the input
    bool needs_gradient = false;          // some parameter is at or above it
    BufferId value_buffer = 0;
    std::optional<BufferId> gradient_buffer = {};
    std::optional<BufferId> scratch_buffer = {};
    float* value = nullptr;
    float* gradient = nullptr;
    std::vector<std::optional<BufferId>> input_gradient_buffers = {};
    std::vector<Addition> additions = {};  // after this node's backward
    std::size_t first_slot = 0;
  };

  void check(const net::Graph& graph) const;
  void plan_parameters();
  void plan_values();
  void plan_gradients();
  [[nodiscard]] bool runs_in_place(net::NodeId id) const;
  [[nodiscard]] CompileHints hints(const CompiledNode& node) const;
  [[nodiscard]] std::int64_t backward_position(net::NodeId id) const;
  [[nodiscard]] std::size_t batch_floats(net::NodeId id) const;
  static void show(net::Tap& tap, net::TapKind kind, const CompiledNode& node, const float* values, std::int64_t rows);

  PlanOptions options_;
  std::vector<CompiledNode> nodes_;
  std::vector<std::size_t> consumers_;
  std::vector<ParameterSlot> slots_;
  std::vector<std::vector<BufferId>> slot_buffers_;  // value, then optimizer states
  net::NodeId input_ = 0;
  net::NodeId output_ = 0;
  std::int64_t end_ = 0;  // the schedule's last position
  ArenaLayout layout_;
};

/// Copies a parameter's values between its description's layout and the engine's.
void store_values(const ParameterSlot& slot, const float* described, float* stored) noexcept;
void load_values(const ParameterSlot& slot, const float* stored, float* described) noexcept;

}  // namespace fanin::engine
