#include "fanin/engine/compile.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "fanin/core/error.hpp"

namespace fanin::engine {
namespace {

void transpose(const float* from, float* to, std::size_t rows, std::size_t columns) noexcept {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) to[column * rows + row] = from[row * columns + column];
  }
}

}  // namespace

// The schedule: node i's forward at position i, the loss at n, node i's backward at 2n - i.
CompiledGraph::CompiledGraph(const net::Graph& graph, const PlanOptions& options)
    : options_(options), consumers_(graph.consumer_counts()) {
  if (options.batch_size < 1 || options.batch_size > (std::int64_t{1} << 24)) {
    throw Error(ErrorCode::bad_value, "batch size", std::to_string(options.batch_size) + " is outside [1, 16777216]");
  }
  check(graph);
  input_ = graph.inputs().front();
  output_ = graph.output();
  end_ = 2 * static_cast<std::int64_t>(graph.nodes().size()) + 1;
  for (const net::Node& node : graph.nodes()) {
    CompiledNode compiled{.description = node};
    compiled.needs_gradient = !node.parameters.empty();
    for (const net::NodeId input : node.inputs) {
      compiled.needs_gradient = compiled.needs_gradient || nodes_[input].needs_gradient;
    }
    if (node.op != nullptr) compiled.traits = find_op(node).traits(node, hints(compiled));
    nodes_.push_back(std::move(compiled));
  }
  plan_parameters();
  plan_values();
  if (options_.training) plan_gradients();
  layout_.place();
}

void CompiledGraph::check(const net::Graph& graph) const {
  if (graph.inputs().size() != 1) {
    throw Error(ErrorCode::unsupported, "graph",
                "the engine runs networks with one input, found " + std::to_string(graph.inputs().size()));
  }
  const net::NodeId output = graph.output();
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    if (consumers_[id] == 0 && id != output) {
      throw Error(ErrorCode::bad_value, "node '" + graph.node(id).name + "'",
                  "nothing reads its output; remove the node or connect it");
    }
  }
  if (consumers_[output] != 0 || graph.node(output).op == nullptr) {
    throw Error(ErrorCode::unsupported, "node '" + graph.node(output).name + "'",
                "the network's output must be an op that no other node reads");
  }
  if (graph.node(output).shape.rank() != 1) {
    throw Error(ErrorCode::bad_shape, "node '" + graph.node(output).name + "'",
                "the loss takes one row of outputs per sample, found shape " + to_string(graph.node(output).shape));
  }
}

CompileHints CompiledGraph::hints(const CompiledNode& node) const {
  const bool reads_input =
      !node.description.inputs.empty() && nodes_[node.description.inputs[0]].description.op == nullptr;
  return {.batch_size = options_.batch_size,
          .training = options_.training,
          .reads_graph_input = reads_input,
          .input_zero_fraction = reads_input ? options_.input_zero_fraction : 0};
}

std::int64_t CompiledGraph::backward_position(net::NodeId id) const {
  return 2 * static_cast<std::int64_t>(nodes_.size()) - static_cast<std::int64_t>(id);
}

std::size_t CompiledGraph::batch_floats(net::NodeId id) const {
  const Shape whole{options_.batch_size, nodes_[id].description.shape.count()};  // refuses an overflow
  return static_cast<std::size_t>(whole.count());
}

void CompiledGraph::plan_parameters() {
  const std::size_t states = options_.training ? state_slots(options_.optimizer) : 0;
  for (CompiledNode& node : nodes_) {
    node.first_slot = slots_.size();
    for (const net::ParameterSpec& spec : node.description.parameters) {
      ParameterSlot slot{.spec = spec};
      slot.count = static_cast<std::size_t>(spec.shape().count());
      std::vector<BufferId> buffers;
      for (std::size_t i = 0; i < 1 + states; ++i) buffers.push_back(layout_.add(slot.count, -1, end_));
      slot_buffers_.push_back(std::move(buffers));
      slots_.push_back(std::move(slot));
    }
  }
}

bool CompiledGraph::runs_in_place(net::NodeId id) const {
  const CompiledNode& node = nodes_[id];
  if (!node.traits.in_place || node.description.inputs.size() != 1) return false;
  const CompiledNode& input = nodes_[node.description.inputs[0]];
  const bool input_free = input.description.op != nullptr && consumers_[node.description.inputs[0]] == 1;
  if (!options_.training) return input_free;
  return input_free && !input.traits.saves_output && !node.traits.saves_input;
}

void CompiledGraph::plan_values() {
  for (net::NodeId id = 0; id < nodes_.size(); ++id) {
    CompiledNode& node = nodes_[id];
    const auto position = static_cast<std::int64_t>(id);
    if (node.description.op == nullptr) {
      node.value_buffer = layout_.add(batch_floats(id), -1, end_);
      continue;
    }
    node.value_buffer = runs_in_place(id) ? nodes_[node.description.inputs[0]].value_buffer
                                          : layout_.add(batch_floats(id), position, position);
    layout_.extend(node.value_buffer, position);
    for (const net::NodeId input : node.description.inputs) {
      const bool kept = options_.training && node.traits.saves_input;
      layout_.extend(nodes_[input].value_buffer, kept ? backward_position(id) : position);
    }
    if (options_.training && node.traits.saves_output) layout_.extend(node.value_buffer, backward_position(id));
  }
  layout_.extend(nodes_[output_].value_buffer, end_);
}

void CompiledGraph::plan_gradients() {
  const auto loss_position = static_cast<std::int64_t>(nodes_.size());
  nodes_[output_].gradient_buffer = layout_.add(batch_floats(output_), loss_position, backward_position(output_));
  for (net::NodeId id = nodes_.size(); id-- > 0;) {
    CompiledNode& node = nodes_[id];
    if (node.description.op == nullptr) continue;
    const std::int64_t position = backward_position(id);
    if (node.traits.scratch_floats != 0) {
      const std::int64_t first = node.traits.keeps_scratch ? static_cast<std::int64_t>(id) : position;
      node.scratch_buffer = layout_.add(node.traits.scratch_floats, first, position);
    }
    for (const net::NodeId input : node.description.inputs) {
      CompiledNode& source = nodes_[input];
      if (!source.needs_gradient) {
        node.input_gradient_buffers.emplace_back();
      } else if (source.gradient_buffer.has_value()) {  // a later reader wrote it already
        const BufferId extra = layout_.add(batch_floats(input), position, position);
        node.input_gradient_buffers.emplace_back(extra);
        node.additions.push_back({.target = input, .buffer = extra});
      } else {
        const bool shares = node.traits.in_place && node.description.inputs.size() == 1 && consumers_[input] == 1;
        source.gradient_buffer = shares ? *node.gradient_buffer : layout_.add(batch_floats(input), position, position);
        layout_.extend(*source.gradient_buffer, backward_position(input));
        node.input_gradient_buffers.emplace_back(source.gradient_buffer);
      }
    }
  }
}

void CompiledGraph::bind(float* arena) {
  const auto at = [&](const std::optional<BufferId>& buffer) -> float* {
    return buffer.has_value() ? arena + layout_.offset(*buffer) : nullptr;
  };
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::vector<BufferId>& buffers = slot_buffers_[i];
    slots_[i].value = at(buffers[0]);
    if (buffers.size() > 1) slots_[i].state1 = at(buffers[1]);
    if (buffers.size() > 2) slots_[i].state2 = at(buffers[2]);
  }
  for (CompiledNode& node : nodes_) {
    node.value = at(node.value_buffer);
    node.gradient = at(node.gradient_buffer);
    for (Addition& addition : node.additions) addition.from = at(addition.buffer);
  }
  for (CompiledNode& node : nodes_) {
    if (node.description.op == nullptr) continue;
    KernelBuffers buffers{.output = node.value, .output_gradient = node.gradient, .scratch = at(node.scratch_buffer)};
    for (const net::NodeId input : node.description.inputs) buffers.inputs.push_back(nodes_[input].value);
    for (const auto& buffer : node.input_gradient_buffers) buffers.input_gradients.push_back(at(buffer));
    const std::span<ParameterSlot> slots(slots_.data() + node.first_slot, node.description.parameters.size());
    node.kernel = find_op(node.description).make(node.description, hints(node), buffers, slots);
  }
}

void CompiledGraph::forward(std::int64_t rows, net::Tap* tap) {
  for (CompiledNode& node : nodes_) {
    if (node.kernel != nullptr) node.kernel->forward(rows);
    if (tap != nullptr) show(*tap, net::TapKind::activation, node, node.value, rows);
  }
}

void CompiledGraph::backward(const BackwardRun& run, net::Tap* tap) {
  for (net::NodeId id = nodes_.size(); id-- > 0;) {
    CompiledNode& node = nodes_[id];
    if (node.kernel == nullptr || !node.needs_gradient) continue;
    if (tap != nullptr) show(*tap, net::TapKind::activation_gradient, node, node.gradient, run.rows);
    node.kernel->backward(run);
    for (const Addition& addition : node.additions) {
      CompiledNode& target = nodes_[addition.target];
      const auto count = static_cast<std::size_t>(run.rows * target.description.shape.count());
      for (std::size_t i = 0; i < count; ++i) target.gradient[i] += addition.from[i];
    }
    if (tap == nullptr) continue;
    for (std::size_t i = 0; i < node.description.parameters.size(); ++i) {
      const ParameterSlot& slot = slots_[node.first_slot + i];
      std::vector<float> values(slot.count);
      load_values(slot, slot.gradient, values.data());
      const Shape shape = slot.spec.shape();
      tap->see({net::TapKind::weight_gradient, slot.spec.name, values, &shape});
    }
  }
}

void CompiledGraph::show_parameters(net::Tap& tap) const {
  for (const ParameterSlot& slot : slots_) {
    std::vector<float> values(slot.count);
    load_values(slot, slot.value, values.data());
    const Shape shape = slot.spec.shape();
    tap.see({net::TapKind::weight, slot.spec.name, values, &shape});
  }
}

void CompiledGraph::show(net::Tap& tap, net::TapKind kind, const CompiledNode& node, const float* values,
                         std::int64_t rows) {
  const Shape shape{rows, node.description.shape.count()};
  tap.see({kind, node.description.name, {values, static_cast<std::size_t>(shape.count())}, &shape});
}

void store_values(const ParameterSlot& slot, const float* described, float* stored) noexcept {
  if (slot.transposed) {
    const auto rows = static_cast<std::size_t>(slot.spec.shape()[0]);
    transpose(described, stored, rows, slot.count / rows);
  } else {
    std::memcpy(stored, described, slot.count * sizeof(float));
  }
}

void load_values(const ParameterSlot& slot, const float* stored, float* described) noexcept {
  if (slot.transposed) {
    const auto rows = static_cast<std::size_t>(slot.spec.shape()[0]);
    transpose(stored, described, slot.count / rows, rows);
  } else {
    std::memcpy(described, stored, slot.count * sizeof(float));
  }
}

}  // namespace fanin::engine
