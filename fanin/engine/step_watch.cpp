#include "fanin/engine/step_watch.hpp"

#include <algorithm>
#include <cmath>

namespace fanin::engine {
namespace {

// Whether the output has the input's values, and whether the input's gradient has those of the output.
bool moves_nothing(std::string_view kind) { return kind == "flatten" || kind == "reshape"; }
bool hands_gradient_on(std::string_view kind) { return moves_nothing(kind) || kind == "bias" || kind == "shift"; }

// Where element `at` of a chunk's memory is in the description.
std::int64_t described(const CompiledNode& node, std::int64_t at) noexcept {
  if (node.layout == Layout::row_major) return at;
  const std::int64_t channels = node.description.shape[0];
  const std::int64_t sample = at / node.features();
  const std::int64_t inside = at % node.features();
  return sample * node.features() + inside % channels * (node.features() / channels) + inside / channels;
}

void join(TensorWatch& all, const TensorWatch& part) noexcept {
  all.quick.join(part.quick);
  if (all.first_non_finite < 0) all.first_non_finite = part.first_non_finite;
  all.count += part.count;
}

}  // namespace

void StepWatch::see(TensorWatch& seen, const CompiledNode& node, std::size_t chunk, std::int64_t rows,
                    const float* values) noexcept {
  const std::int64_t length = rows * node.features();
  const QuickStatistics quick = quick_statistics({values, static_cast<std::size_t>(length)});
  TensorWatch part{.quick = quick, .count = length};
  if (quick.non_finite > 0) {
    const float* const bad = std::find_if(values, values + length, [](float value) { return !std::isfinite(value); });
    part.first_non_finite =
        static_cast<std::int64_t>(chunk) * graph_.chunk_rows() * node.features() + described(node, bad - values);
  }
  join(seen, part);
}

StepWatch::StepWatch(CompiledGraph& graph) : graph_(graph), places_(graph.nodes().size()) {
  find_places();
  chunks_.resize(nodes_.size() * graph.chunks());
  parameters_.resize(graph.slots().size());
  unclipped_.resize(graph.slots().size());
  std::size_t blocks = 0;
  for (const ParameterSlot& slot : graph.slots()) {
    first_block_.push_back(blocks);
    blocks += (slot.count + kBlock - 1) / kBlock;
  }
  blocks_.resize(blocks);
}

void StepWatch::find_places() {
  const std::vector<CompiledNode>& nodes = graph_.nodes();
  std::size_t count = 0;
  for (std::size_t id = 0; id < nodes.size(); ++id) {
    if (!nodes[id].conversion) places_[id].node = count++;
  }
  nodes_.resize(count);
  std::vector<std::size_t> readers(nodes.size(), 0);
  for (const CompiledNode& node : nodes) {
    for (const std::size_t input : node.description.inputs) ++readers[input];
  }
  for (std::size_t id = 0; id < nodes.size(); ++id) {
    const CompiledNode& node = nodes[id];
    if (node.description.op == nullptr || node.conversion) continue;
    const std::size_t input = node.description.inputs[0];
    const std::string_view kind = node.description.op->kind();
    if (node.absorbed) places_[input].rectified = places_[id].node;
    if (places_[input].node == kNowhere) continue;
    if (moves_nothing(kind) && node.values[0] == nodes[input].values[0]) places_[id].same_output = places_[input].node;
    if (hands_gradient_on(kind) && readers[input] == 1 && node.gradients[0] == nodes[input].gradients[0]) {
      places_[input].same_gradient = places_[id].node;
    }
  }
}

void StepWatch::begin() noexcept {
  std::fill(chunks_.begin(), chunks_.end(), NodeWatch{});
  std::fill(parameters_.begin(), parameters_.end(), UpdateStatistics{});
  std::fill(blocks_.begin(), blocks_.end(), UpdateStatistics{});
  std::fill(unclipped_.begin(), unclipped_.end(), std::nullopt);
}

void StepWatch::see_output(std::size_t id, std::size_t chunk, std::int64_t rows, bool separate) noexcept {
  const Place& place = places_[id];
  const CompiledNode& node = graph_.nodes()[id];
  if (place.node == kNowhere || (node.rectify && !separate)) return;
  NodeWatch& watch = at(place.node, chunk);
  if (place.same_output != kNowhere) {
    watch.output = at(place.same_output, chunk).output;
    return;
  }
  see(watch.output, node, chunk, rows, node.values[chunk]);
}

void StepWatch::see_gradient(std::size_t id, std::size_t chunk, std::int64_t rows, bool separate) noexcept {
  const Place& place = places_[id];
  const CompiledNode& node = graph_.nodes()[id];
  if (place.node == kNowhere) return;
  NodeWatch& watch = at(node.rectify && !separate ? place.rectified : place.node, chunk);
  if (place.same_gradient != kNowhere) {
    watch.gradient = at(place.same_gradient, chunk).gradient;
    return;
  }
  see(watch.gradient, node, chunk, rows, node.gradients[chunk]);
}

void StepWatch::attach(bool to_kernels) noexcept {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    graph_.slots()[i].watch = to_kernels ? &parameters_[i] : nullptr;
  }
}

void StepWatch::finish() noexcept {
  std::fill(nodes_.begin(), nodes_.end(), NodeWatch{});
  for (std::size_t chunk = 0; chunk < graph_.chunks(); ++chunk) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      join(nodes_[i].output, at(i, chunk).output);
      join(nodes_[i].gradient, at(i, chunk).gradient);
    }
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::size_t last = i + 1 < first_block_.size() ? first_block_[i + 1] : blocks_.size();
    for (std::size_t b = first_block_[i]; b < last; ++b) parameters_[i].join(blocks_[b]);
    if (unclipped_[i]) parameters_[i].gradient = *unclipped_[i];
  }
}

}  // namespace fanin::engine
