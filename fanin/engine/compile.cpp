#include "fanin/engine/compile.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/engine/layout_conversion.hpp"
#include "fanin/net/ops/activation.hpp"

namespace fanin::engine {
namespace {

// Whether the node's output has the elements of its input in the same order.
bool moves_nothing(const CompiledNode& node) {
  if (node.description.op == nullptr) return false;
  const std::string_view kind = node.description.op->kind();
  return kind == "flatten" || kind == "reshape";
}

void transpose(const float* from, float* to, std::size_t rows, std::size_t columns) noexcept {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) to[column * rows + row] = from[row * columns + column];
  }
}

}  // namespace

// The schedule: node i's forward at position i, the loss at n, node i's backward at 2n - i.
CompiledGraph::CompiledGraph(const net::Graph& graph, const PlanOptions& options) : options_(options) {
  if (options.batch_size < 1 || options.batch_size > (std::int64_t{1} << 24)) {
    throw Error(ErrorCode::bad_value, "batch size", std::to_string(options.batch_size) + " is outside [1, 16777216]");
  }
  if (options.chunks < 1 || options.chunks > 1024) {
    throw Error(ErrorCode::bad_value, "chunks", std::to_string(options.chunks) + " is outside [1, 1024]");
  }
  check(graph);
  const std::int64_t chunks = std::min<std::int64_t>(options.chunks, options.batch_size);
  chunk_rows_ = (options.batch_size + chunks - 1) / chunks;
  slots_.resize(static_cast<std::size_t>((options.batch_size + chunk_rows_ - 1) / chunk_rows_));
  expand(graph);
  end_ = 2 * static_cast<std::int64_t>(nodes_.size()) + 1;
  plan_parameters();
  plan_values();
  plan_scratch();
  if (options_.training) plan_gradients();
  shared_.place();
  chunk_.place();
}

void CompiledGraph::check(const net::Graph& graph) const {
  if (graph.inputs().size() != 1) {
    throw Error(ErrorCode::unsupported, "graph",
                "the engine runs networks with one input, found " + std::to_string(graph.inputs().size()));
  }
  const std::vector<std::size_t> consumers = graph.consumer_counts();
  const net::NodeId output = graph.output();
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    if (consumers[id] == 0 && id != output) {
      throw Error(ErrorCode::bad_value, "node '" + graph.node(id).name + "'",
                  "nothing reads its output; remove the node or connect it");
    }
  }
  const net::Node& last = graph.node(output);
  if (consumers[output] != 0 || last.op == nullptr) {
    throw Error(ErrorCode::unsupported, "node '" + last.name + "'",
                "the network's output must be an op that no other node reads");
  }
  if (last.shape.rank() != 1 && last.shape.rank() != 2) {
    throw Error(ErrorCode::bad_shape, "node '" + last.name + "'",
                "the loss takes one row of outputs per sample or per position, found shape " + to_string(last.shape));
  }
}

// The graph's nodes with conversions in between.
void CompiledGraph::expand(const net::Graph& graph) {
  std::vector<std::size_t> compiled(graph.nodes().size());
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    CompiledNode node{.description = graph.node(id)};
    for (std::size_t& input : node.description.inputs) input = compiled[input];
    node.needs_gradient = !node.description.parameters.empty();
    if (node.description.op != nullptr) {
      node.traits = find_op(node.description).traits(node.description, hints(node));
      Layout wanted = node.traits.layout == LayoutRule::channels_last ? Layout::channels_last : Layout::row_major;
      if (node.traits.layout == LayoutRule::any) {
        for (const std::size_t input : node.description.inputs) {
          if (nodes_[input].layout == Layout::channels_last) wanted = Layout::channels_last;
        }
      }
      for (std::size_t& input : node.description.inputs) input = converted(input, wanted);
      node.layout = layout_matters(node.description.shape) ? wanted : Layout::row_major;
      absorb_relu(graph, id, node);
    }
    for (const std::size_t input : node.description.inputs) {
      node.needs_gradient = node.needs_gradient || nodes_[input].needs_gradient;
    }
    nodes_.push_back(std::move(node));
    compiled[id] = nodes_.size() - 1;
  }
  input_ = compiled[graph.inputs().front()];
  output_ = converted(compiled[graph.output()], Layout::row_major);
  consumers_.assign(nodes_.size(), 0);
  for (const CompiledNode& node : nodes_) {
    for (const std::size_t input : node.description.inputs) ++consumers_[input];
  }
}

// A relu that alone reads a node whose kernels can do its work.
void CompiledGraph::absorb_relu(const net::Graph& graph, net::NodeId id, CompiledNode& node) {
  const net::Node& description = graph.node(id);
  if (description.op->kind() != "activation") return;
  if (static_cast<const net::ActivationOp&>(*description.op).function().function().name != "relu") return;
  CompiledNode& source = nodes_[node.description.inputs[0]];
  if (!source.traits.rectifies || graph.consumer_counts()[description.inputs[0]] != 1) return;
  source.rectify = true;
  node.absorbed = true;
}

// The node that gives the value of `source` in `layout`: itself, or a conversion that is made once.
std::size_t CompiledGraph::converted(std::size_t source, Layout layout) {
  if (nodes_[source].layout == layout || !layout_matters(nodes_[source].description.shape)) return source;
  converted_.resize(std::max(converted_.size(), nodes_.size()), 0);
  if (converted_[source] != 0) return converted_[source] - 1;
  CompiledNode node;
  node.conversion = true;
  node.layout = layout;
  node.description.name = nodes_[source].description.name + ".layout";
  node.description.shape = nodes_[source].description.shape;
  node.description.inputs = {source};
  node.needs_gradient = nodes_[source].needs_gradient;
  nodes_.push_back(std::move(node));
  converted_[source] = nodes_.size();
  return nodes_.size() - 1;
}

CompileHints CompiledGraph::hints(const CompiledNode& node) const {
  // Flattening moves nothing: an op behind it reads the input all the same.
  const std::vector<std::size_t>* inputs = &node.description.inputs;
  while (!inputs->empty() && moves_nothing(nodes_[inputs->front()])) {
    inputs = &nodes_[inputs->front()].description.inputs;
  }
  const bool reads_input =
      !inputs->empty() && nodes_[inputs->front()].description.op == nullptr && !nodes_[inputs->front()].conversion;
  CompileHints hints{.batch_size = chunk_rows_,
                     .training = options_.training,
                     .reads_graph_input = reads_input,
                     .input_zero_fraction = reads_input ? options_.input_zero_fraction : 0,
                     .seed = options_.seed};
  hints.rectify = node.rectify;
  for (const std::size_t input : node.description.inputs) hints.input_shapes.push_back(nodes_[input].description.shape);
  return hints;
}

std::int64_t CompiledGraph::backward_position(std::size_t id) const {
  return 2 * static_cast<std::int64_t>(nodes_.size()) - static_cast<std::int64_t>(id);
}

std::size_t CompiledGraph::chunk_floats(std::size_t id) const {
  const Shape whole{chunk_rows_, nodes_[id].features()};  // refuses an overflow
  return static_cast<std::size_t>(whole.count());
}

void CompiledGraph::plan_parameters() {
  const std::size_t states = options_.training ? state_slots(options_.optimizer) : 0;
  for (CompiledNode& node : nodes_) {
    node.first_slot = slots_[0].size();
    for (const net::ParameterSpec& spec : node.description.parameters) {
      ParameterSlot slot{.spec = spec};
      slot.count = static_cast<std::size_t>(spec.shape().count());
      std::vector<BufferId> buffers;
      for (std::size_t i = 0; i < 1 + states; ++i) buffers.push_back(shared_.add(slot.count, -1, end_));
      slot_buffers_.push_back(std::move(buffers));
      slots_[0].push_back(std::move(slot));
    }
    node.first_statistic = statistics_.size();
    for (const net::StatisticSpec& spec : node.description.statistics) {
      statistic_buffers_.push_back(shared_.add(static_cast<std::size_t>(spec.shape.count()), -1, end_));
      statistics_.push_back({.spec = spec});
    }
  }
}

// The input whose buffer becomes the output's: one that nobody reads afterwards.
std::optional<std::size_t> CompiledGraph::overwritten_input(std::size_t id) const {
  const CompiledNode& node = nodes_[id];
  if (!node.traits.in_place || (options_.training && node.traits.saves_input)) return {};
  for (const std::size_t source : node.description.inputs) {
    const bool kept = options_.training && nodes_[source].traits.saves_output;
    if (source != input_ && consumers_[source] == 1 && !kept) return source;
  }
  return {};
}

// The input whose gradient may take the place of the node's own: one that has no other reader.
std::optional<std::size_t> CompiledGraph::input_sharing_gradient(const CompiledNode& node) const {
  if (!node.traits.in_place) return {};
  for (const std::size_t source : node.description.inputs) {
    if (nodes_[source].needs_gradient && consumers_[source] == 1) return source;
  }
  return {};
}

void CompiledGraph::plan_values() {
  for (std::size_t id = 0; id < nodes_.size(); ++id) {
    CompiledNode& node = nodes_[id];
    const auto position = static_cast<std::int64_t>(id);
    if (id == input_) {
      const Shape whole{static_cast<std::int64_t>(chunks()) * chunk_rows_, node.features()};
      input_buffer_ = shared_.add(static_cast<std::size_t>(whole.count()), -1, end_);
      continue;
    }
    const std::optional<std::size_t> overwritten = overwritten_input(id);
    node.value_buffer =
        overwritten ? nodes_[*overwritten].value_buffer : chunk_.add(chunk_floats(id), position, position);
    chunk_.extend(node.value_buffer, position);
    FANIN_ASSERT(overwritten || !node.absorbed);
    if (node.absorbed && options_.training) {  // whose kernel reads the relu's output in its own backward
      chunk_.extend(node.value_buffer, backward_position(node.description.inputs[0]));
    }
    for (const std::size_t input : node.description.inputs) {
      const bool kept = options_.training && node.traits.saves_input;
      if (input != input_) chunk_.extend(nodes_[input].value_buffer, kept ? backward_position(id) : position);
    }
    if (options_.training && node.traits.saves_output) chunk_.extend(node.value_buffer, backward_position(id));
  }
  if (output_ != input_) chunk_.extend(nodes_[output_].value_buffer, end_);
}

void CompiledGraph::plan_scratch() {
  std::size_t workspace = 0;
  for (std::size_t id = 0; id < nodes_.size(); ++id) {
    CompiledNode& node = nodes_[id];
    const auto position = static_cast<std::int64_t>(id);
    workspace = std::max(workspace, node.traits.workspace_floats);
    if (node.traits.batch_floats != 0) {
      node.batch_buffer = shared_.add(padded(node.traits.batch_floats) * chunks(), -1, end_);
    }
    if (options_.training && node.traits.saved_floats != 0) {
      node.saved_buffer = chunk_.add(node.traits.saved_floats, position, backward_position(id));
    }
  }
  if (workspace != 0) workspace_ = chunk_.add(workspace, -1, end_);
}

void CompiledGraph::plan_gradients() {
  const auto loss_position = static_cast<std::int64_t>(nodes_.size());
  nodes_[output_].gradient_buffer = chunk_.add(chunk_floats(output_), loss_position, backward_position(output_));
  for (std::size_t id = nodes_.size(); id-- > 0;) {
    CompiledNode& node = nodes_[id];
    if (id == input_ || !node.gradient_buffer.has_value()) continue;
    const std::int64_t position = backward_position(id);
    const std::optional<std::size_t> sharing = input_sharing_gradient(node);
    for (const std::size_t input : node.description.inputs) {
      CompiledNode& source = nodes_[input];
      if (!source.needs_gradient) {
        node.input_gradient_buffers.emplace_back();
      } else if (source.gradient_buffer.has_value()) {  // a later reader wrote it already
        const BufferId extra = chunk_.add(chunk_floats(input), position, position);
        node.input_gradient_buffers.emplace_back(extra);
        node.additions.push_back({.target = input, .buffer = extra});
      } else {
        source.gradient_buffer =
            sharing == input ? *node.gradient_buffer : chunk_.add(chunk_floats(input), position, position);
        chunk_.extend(*source.gradient_buffer, backward_position(input));
        node.input_gradient_buffers.emplace_back(source.gradient_buffer);
      }
    }
  }
}

float* CompiledGraph::of_chunk(const std::optional<BufferId>& buffer, std::size_t chunk, float* arena) const {
  if (!buffer.has_value()) return nullptr;
  return arena + shared_.total() + chunk * chunk_.total() + chunk_.offset(*buffer);
}

void CompiledGraph::bind(float* arena) {
  for (std::size_t i = 0; i < slots_[0].size(); ++i) {
    const std::vector<BufferId>& buffers = slot_buffers_[i];
    slots_[0][i].value = arena + shared_.offset(buffers[0]);
    if (buffers.size() > 1) slots_[0][i].state1 = arena + shared_.offset(buffers[1]);
    if (buffers.size() > 2) slots_[0][i].state2 = arena + shared_.offset(buffers[2]);
  }
  for (std::size_t chunk = 1; chunk < chunks(); ++chunk) slots_[chunk] = slots_[0];
  for (std::size_t i = 0; i < statistics_.size(); ++i) {
    const net::StatisticSpec& spec = statistics_[i].spec;
    statistics_[i].value = arena + shared_.offset(statistic_buffers_[i]);
    std::fill_n(statistics_[i].value, spec.shape.count(), static_cast<float>(spec.initial));
  }
  for (std::size_t id = 0; id < nodes_.size(); ++id) {
    CompiledNode& node = nodes_[id];
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) {
      const std::int64_t first = static_cast<std::int64_t>(chunk) * chunk_rows_ * node.features();
      node.values.push_back(id == input_ ? arena + shared_.offset(input_buffer_) + first
                                         : of_chunk(node.value_buffer, chunk, arena));
      node.gradients.push_back(of_chunk(node.gradient_buffer, chunk, arena));
      for (GradientAddition& addition : node.additions) {
        addition.from.push_back(of_chunk(addition.buffer, chunk, arena));
      }
    }
  }
  for (std::size_t id = 0; id < nodes_.size(); ++id) {
    if (id == input_) continue;
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) bind_kernel(nodes_[id], chunk, arena);
  }
}

void CompiledGraph::bind_kernel(CompiledNode& node, std::size_t chunk, float* arena) {
  KernelBuffers buffers{.output = node.values[chunk],
                        .output_gradient = node.gradients[chunk],
                        .saved = of_chunk(node.saved_buffer, chunk, arena),
                        .workspace = of_chunk(workspace_, chunk, arena),
                        .batch = node.batch_buffer ? arena + shared_.offset(*node.batch_buffer) : nullptr,
                        .batch_stride = padded(node.traits.batch_floats),
                        .chunk = chunk,
                        .chunks = chunks(),
                        .layout = node.layout};
  for (std::size_t i = 0; i < node.description.inputs.size(); ++i) {
    buffers.inputs.push_back(nodes_[node.description.inputs[i]].values[chunk]);
    buffers.input_gradients.push_back(
        i < node.input_gradient_buffers.size() ? of_chunk(node.input_gradient_buffers[i], chunk, arena) : nullptr);
  }
  for (std::size_t i = 0; i < node.description.statistics.size(); ++i) {
    buffers.statistics.push_back(statistics_[node.first_statistic + i].value);
  }
  if (node.conversion) {
    node.kernels.push_back(make_conversion(node.description.shape, node.layout, buffers));
    return;
  }
  const std::span<ParameterSlot> slots(slots_[chunk].data() + node.first_slot, node.description.parameters.size());
  node.kernels.push_back(find_op(node.description).make(node.description, hints(node), buffers, slots));
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
