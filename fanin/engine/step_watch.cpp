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

std::int64_t described(const ParameterSlot& slot, std::int64_t at) noexcept {
  if (!slot.transposed) return at;
  const std::int64_t first = slot.spec.shape()[0];
  return at % first * (static_cast<std::int64_t>(slot.count) / first) + at / first;
}

void join(TensorWatch& all, const TensorWatch& part) noexcept {
  all.quick.join(part.quick);
  if (all.first_non_finite < 0) all.first_non_finite = part.first_non_finite;
  all.count += part.count;
}

}  // namespace

void StepWatch::see(TensorWatch& seen, TensorStatistics* full, const CompiledNode& node, std::size_t chunk,
                    std::int64_t rows, const float* values) noexcept {
  const std::int64_t length = rows * node.features();
  const QuickStatistics quick = quick_statistics({values, static_cast<std::size_t>(length)});
  TensorWatch part{.quick = quick, .count = length};
  if (quick.non_finite > 0) {
    const float* const bad = std::find_if(values, values + length, [](float value) { return !std::isfinite(value); });
    part.first_non_finite =
        static_cast<std::int64_t>(chunk) * graph_.chunk_rows() * node.features() + described(node, bad - values);
  }
  join(seen, part);
  if (full != nullptr) full->join(tensor_statistics({values, static_cast<std::size_t>(length)}));
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

void StepWatch::set_full(bool on) {
  full_ = on;
  full_nodes_.resize(on ? nodes_.size() : 0);
  full_chunks_.resize(on ? chunks_.size() : 0);
  full_parameters_.resize(on ? parameters_.size() : 0);
  full_blocks_.resize(on ? blocks_.size() : 0);
  full_unclipped_.resize(on ? parameters_.size() : 0);
}

void StepWatch::begin() noexcept {
  std::fill(chunks_.begin(), chunks_.end(), NodeWatch{});
  std::fill(parameters_.begin(), parameters_.end(), UpdateStatistics{});
  std::fill(blocks_.begin(), blocks_.end(), UpdateStatistics{});
  std::fill(unclipped_.begin(), unclipped_.end(), std::nullopt);
  std::fill(full_chunks_.begin(), full_chunks_.end(), NodeStatistics{});
  std::fill(full_parameters_.begin(), full_parameters_.end(), ParameterStatistics{});
  std::fill(full_blocks_.begin(), full_blocks_.end(), ParameterStatistics{});
  std::fill(full_unclipped_.begin(), full_unclipped_.end(), std::nullopt);
  for (std::size_t i = 0; i < full_parameters_.size(); ++i) parameters_[i].full = &full_parameters_[i];
  for (std::size_t i = 0; i < full_blocks_.size(); ++i) blocks_[i].full = &full_blocks_[i];
}

void StepWatch::see_output(std::size_t id, std::size_t chunk, std::int64_t rows, bool separate) noexcept {
  const Place& place = places_[id];
  const CompiledNode& node = graph_.nodes()[id];
  if (place.node == kNowhere || (node.rectify && !separate)) return;
  NodeWatch& watch = at(place.node, chunk);
  if (place.same_output != kNowhere) {
    watch.output = at(place.same_output, chunk).output;
    if (full_) full_at(place.node, chunk)->output = full_at(place.same_output, chunk)->output;
    return;
  }
  see(watch.output, full_ ? &full_at(place.node, chunk)->output : nullptr, node, chunk, rows, node.values[chunk]);
}

void StepWatch::see_gradient(std::size_t id, std::size_t chunk, std::int64_t rows, bool separate) noexcept {
  const Place& place = places_[id];
  const CompiledNode& node = graph_.nodes()[id];
  if (place.node == kNowhere) return;
  const std::size_t whose = node.rectify && !separate ? place.rectified : place.node;
  NodeWatch& watch = at(whose, chunk);
  if (place.same_gradient != kNowhere) {
    watch.gradient = at(place.same_gradient, chunk).gradient;
    if (full_) full_at(whose, chunk)->gradient = full_at(place.same_gradient, chunk)->gradient;
    return;
  }
  see(watch.gradient, full_ ? &full_at(whose, chunk)->gradient : nullptr, node, chunk, rows, node.gradients[chunk]);
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
  if (full_) finish_full();
}

void StepWatch::set_gradient(std::size_t slot, std::span<const float> gradient) noexcept {
  unclipped_[slot] = quick_statistics(gradient);
  if (full_) full_unclipped_[slot] = tensor_statistics(gradient);
}

void StepWatch::finish_full() noexcept {
  std::fill(full_nodes_.begin(), full_nodes_.end(), NodeStatistics{});
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (std::size_t chunk = 0; chunk < graph_.chunks(); ++chunk) {
      full_nodes_[i].output.join(full_at(i, chunk)->output);
      full_nodes_[i].gradient.join(full_at(i, chunk)->gradient);
    }
    full_nodes_[i].output.first_non_finite = nodes_[i].output.first_non_finite;
    full_nodes_[i].gradient.first_non_finite = nodes_[i].gradient.first_non_finite;
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::size_t last = i + 1 < first_block_.size() ? first_block_[i + 1] : blocks_.size();
    ParameterStatistics& all = full_parameters_[i];
    for (std::size_t b = first_block_[i]; b < last; ++b) {
      all.value.join(full_blocks_[b].value);
      all.gradient.join(full_blocks_[b].gradient);
    }
    if (full_unclipped_[i]) all.gradient = *full_unclipped_[i];
    for (TensorStatistics* const tensor : {&all.value, &all.gradient}) {
      if (tensor->first_non_finite >= 0) {
        tensor->first_non_finite = described(graph_.slots()[i], tensor->first_non_finite);
      }
    }
  }
}

}  // namespace fanin::engine
