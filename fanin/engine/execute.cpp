#include "fanin/engine/execute.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "fanin/engine/elementwise_kernels.hpp"
#include "fanin/engine/layout_conversion.hpp"

namespace fanin::engine {
namespace {

void show_parameter(net::Tap& tap, net::TapKind kind, const ParameterSlot& slot, const float* stored) {
  std::vector<float> values(slot.count);
  load_values(slot, stored, values.data());
  const Shape shape = slot.spec.shape();
  tap.see({kind, slot.spec.name, values, &shape});
}

BatchResult total(std::span<const BatchResult> parts) {
  BatchResult sum;
  for (const BatchResult& part : parts) {
    sum.loss_sum += part.loss_sum;
    sum.correct += part.correct;
  }
  return sum;
}

}  // namespace

// Shows a node's values or gradients row-major and in one piece, whatever the plan keeps.
void Executor::show(net::Tap& tap, net::TapKind kind, const CompiledNode& node, std::span<float* const> chunks,
                    std::int64_t rows) const {
  if (node.conversion) return;
  const Shape shape{rows, node.features()};
  const auto count = static_cast<std::size_t>(shape.count());
  const std::size_t live = live_chunks(rows);
  if (node.layout == Layout::row_major && live == 1) {
    return tap.see({kind, node.description.name, {chunks[0], count}, &shape});
  }
  std::vector<float> values(count);
  const std::int64_t channels = node.description.shape[0];
  for (std::size_t c = 0; c < live; ++c) {
    float* const to = values.data() + static_cast<std::int64_t>(c) * graph_.chunk_rows() * node.features();
    if (node.layout == Layout::row_major) {
      std::copy_n(chunks[c], rows_of(c, rows) * node.features(), to);
    } else {
      transpose_samples(rows_of(c, rows), node.features() / channels, channels, chunks[c], to);
    }
  }
  tap.see({kind, node.description.name, values, &shape});
}

Share share_of(std::size_t count, int member, int members, std::size_t unit) noexcept {
  const std::size_t units = (count + unit - 1) / unit;
  const auto at = [&](int m) {
    return std::min(count, units * static_cast<std::size_t>(m) / static_cast<std::size_t>(members) * unit);
  };
  return {at(member), at(member + 1)};
}

void sum_in_order(std::span<const float* const> from, std::size_t first, std::size_t last, float* to) noexcept {
  if (from.size() == 1) {
    if (to != from[0]) std::copy(from[0] + first, from[0] + last, to + first);
    return;
  }
  for (std::size_t i = first; i < last; ++i) to[i] = from[0][i] + from[1][i];
  for (std::size_t part = 2; part < from.size(); ++part) {
    for (std::size_t i = first; i < last; ++i) to[i] += from[part][i];
  }
}

Executor::Executor(CompiledGraph& graph, int threads)
    : graph_(graph),
      team_(std::clamp(threads, 1, static_cast<int>(graph.chunks()))),
      results_(graph.chunks()),
      output_(graph.chunks() * static_cast<std::size_t>(graph.chunk_rows() * graph.output_shape().count())) {
  plan_ring();
}

void Executor::plan_ring() {
  constexpr std::size_t kHalf = std::size_t{64} * 1024;  // floats: a quarter of a megabyte, so that sums find it in L2
  places_.resize(graph_.nodes().size());
  std::vector<std::size_t> waiting;
  std::size_t offset = 0;
  std::size_t half = 0;
  std::size_t last = 0;
  const auto close = [&] {
    if (waiting.empty()) return;
    places_[last].due = std::exchange(waiting, {});
    offset = 0;
    half = 1 - half;
  };
  for (std::size_t id = graph_.nodes().size(); id-- > 0;) {
    const net::Node& node = graph_.nodes()[id].description;
    if (node.parameters.empty()) continue;
    std::size_t floats = 0;
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
      floats += padded(graph_.slots()[graph_.nodes()[id].first_slot + i].count);
    }
    if (offset + floats > kHalf) close();
    places_[id].offset = offset;
    places_[id].half = half;
    offset += floats;
    half_floats_ = std::max(half_floats_, offset);
    waiting.push_back(id);
    last = id;
  }
  close();
}

std::size_t Executor::live_chunks(std::int64_t rows) const noexcept {
  return static_cast<std::size_t>((rows + graph_.chunk_rows() - 1) / graph_.chunk_rows());
}

std::int64_t Executor::rows_of(std::size_t chunk, std::int64_t rows) const noexcept {
  return std::min(graph_.chunk_rows(), rows - static_cast<std::int64_t>(chunk) * graph_.chunk_rows());
}

ForwardRun Executor::forward_run(const Pass& pass, std::size_t chunk, bool watched) const noexcept {
  return {.rows = rows_of(chunk, pass.rows),
          .first_row = static_cast<std::int64_t>(chunk) * graph_.chunk_rows(),
          .batch_rows = pass.rows,
          .training = pass.training,
          .pass = pass.number,
          .watched = watched};
}

BackwardRun Executor::backward_run(const Pass& pass, std::size_t chunk) const noexcept {
  return {.rows = rows_of(chunk, pass.rows),
          .first_row = static_cast<std::int64_t>(chunk) * graph_.chunk_rows(),
          .batch_rows = pass.rows,
          .pass = pass.number,
          .scalars = pass.scalars,
          .update = graph_.chunks() == 1 ? pass.update : nullptr,
          .watched_update = pass.watched_update};
}

BatchResult Executor::loss(const Pass& pass, std::size_t chunk) noexcept {
  const Shape& shape = graph_.output_shape();
  const std::int64_t outputs = shape.extents().back();
  const std::int64_t positions = shape.count() / outputs;
  const std::int64_t first = static_cast<std::int64_t>(chunk) * graph_.chunk_rows() * positions;
  const auto from = [first](auto* values, std::int64_t step) {
    return values == nullptr ? nullptr : values + first * step;
  };
  const std::int64_t predictions = rows_of(chunk, pass.rows) * positions;
  const float* const values = graph_.output(chunk);
  std::copy_n(values, predictions * outputs, output_.data() + first * outputs);
  return pass.loss.function({.predictions = predictions,
                             .outputs = outputs,
                             .values = values,
                             .labels = from(pass.loss.labels, 1),
                             .targets = from(pass.loss.targets, outputs),
                             .normalizer = pass.loss.normalizer,
                             .label_smoothing = pass.loss.label_smoothing,
                             .gradient = pass.backward ? graph_.output_gradient(chunk) : nullptr});
}

bool Executor::runs_forward(std::size_t id) const noexcept {
  const CompiledNode& node = graph_.nodes()[id];
  return !node.kernels.empty() && !node.absorbed;
}

bool Executor::runs_backward(std::size_t id) const noexcept {
  return runs_forward(id) && graph_.nodes()[id].needs_gradient;
}

// A chunk goes through as many nodes as it can before the team must meet, so that it finds in the caches
// what it has just written there.
void Executor::forward(const Pass& pass, int member) noexcept {
  const auto step = static_cast<std::size_t>(team_.members());
  const std::size_t live = live_chunks(pass.rows);
  const std::size_t end = graph_.nodes().size();
  const auto meets = [&](std::size_t id) {
    return pass.training && runs_forward(id) && graph_.nodes()[id].traits.whole_batch;
  };
  for (std::size_t first = 0, last = 0; first < end; first = last) {
    do ++last;
    while (last < end && !meets(last));
    for (auto c = static_cast<std::size_t>(member); c < live; c += step) {
      const ForwardRun run = forward_run(pass, c);
      for (std::size_t id = first; id < last; ++id) {
        if (runs_forward(id)) graph_.nodes()[id].kernels[c]->forward(run);
        if (pass.watch != nullptr) pass.watch->see_output(id, c, run.rows, false);
      }
      if (last < end) graph_.nodes()[last].kernels[c]->prepare_forward(run);
    }
    if (last < end) team_.meet();
  }
}

void Executor::backward_chunk(CompiledNode& node, const Pass& pass, std::size_t chunk) noexcept {
  const BackwardRun run = backward_run(pass, chunk);
  node.kernels[chunk]->backward(run);
  for (const GradientAddition& addition : node.additions) {
    const CompiledNode& target = graph_.nodes()[addition.target];
    float* const to = target.gradients[chunk];
    add(static_cast<std::size_t>(run.rows * target.features()), to, addition.from[chunk], to);
  }
}

void Executor::point_into_ring(std::size_t id, std::size_t chunk) noexcept {
  const CompiledNode& node = graph_.nodes()[id];
  float* to = ring_.data() + (places_[id].half * graph_.chunks() + chunk) * half_floats_ + places_[id].offset;
  for (std::size_t i = 0; i < node.description.parameters.size(); ++i) {
    ParameterSlot& slot = graph_.slots(chunk)[node.first_slot + i];
    slot.gradient = to;
    to += padded(slot.count);
  }
}

void Executor::reduce_and_update(const CompiledNode& node, const Pass& pass, int member) noexcept {
  constexpr std::size_t kBlock = StepWatch::kBlock;  // values summed and applied while they are in L1
  std::array<const float*, 1024> parts;
  const std::size_t live = live_chunks(pass.rows);
  for (std::size_t i = 0; i < node.description.parameters.size(); ++i) {
    const ParameterSlot& slot = graph_.slots()[node.first_slot + i];
    for (std::size_t c = 0; c < live; ++c) parts[c] = graph_.slots(c)[node.first_slot + i].gradient;
    const Share share = share_of(slot.count, member, team_.members(), pass.watch == nullptr ? 16 : kBlock);
    for (std::size_t first = share.first; first < share.last; first += kBlock) {
      const std::size_t last = std::min(share.last, first + kBlock);
      sum_in_order({parts.data(), live}, first, last, slot.gradient);
      float* const state1 = slot.state1 == nullptr ? nullptr : slot.state1 + first;
      float* const state2 = slot.state2 == nullptr ? nullptr : slot.state2 + first;
      if (pass.watch == nullptr) {
        pass.update(pass.scalars[slot.group], last - first, slot.gradient + first, slot.value + first, state1, state2);
      } else {
        pass.watched_update(pass.scalars[slot.group], last - first, slot.gradient + first, slot.value + first, state1,
                            state2, pass.watch->block(node.first_slot + i, first / kBlock));
      }
    }
  }
}

// With an update, gradients go to one half of the ring, while slower members may still sum those in the
// other: one meeting for each time a half is full is enough.
void Executor::backward(const Pass& pass, int member) noexcept {
  const auto step = static_cast<std::size_t>(team_.members());
  const std::size_t live = live_chunks(pass.rows);
  const bool streams = pass.update != nullptr && graph_.chunks() > 1;
  const auto meets_before = [&](std::size_t id) { return runs_backward(id) && graph_.nodes()[id].traits.whole_batch; };
  const auto meets_after = [&](std::size_t id) { return streams && !places_[id].due.empty(); };
  const auto prepare = [&](std::size_t id, std::size_t chunk) {
    graph_.nodes()[id].kernels[chunk]->prepare_backward(backward_run(pass, chunk));
  };
  std::size_t last = graph_.nodes().size();
  if (meets_before(last - 1)) {
    for (auto c = static_cast<std::size_t>(member); c < live; c += step) prepare(last - 1, c);
    team_.meet();
  }
  for (std::size_t first = last; last > 0; last = first) {
    do --first;
    while (first > 0 && !meets_before(first - 1) && !meets_after(first));
    const bool prepares = first > 0 && meets_before(first - 1);
    for (auto c = static_cast<std::size_t>(member); c < live; c += step) {
      for (std::size_t id = last; id-- > first;) {
        if (!runs_backward(id)) continue;
        if (pass.watch != nullptr) pass.watch->see_gradient(id, c, rows_of(c, pass.rows), false);
        if (streams && !graph_.nodes()[id].description.parameters.empty()) point_into_ring(id, c);
        backward_chunk(graph_.nodes()[id], pass, c);
      }
      if (prepares) prepare(first - 1, c);
    }
    if (prepares || meets_after(first)) team_.meet();
    if (!meets_after(first)) continue;
    for (const std::size_t due : places_[first].due) reduce_and_update(graph_.nodes()[due], pass, member);
  }
}

BatchResult Executor::run(const Pass& pass) noexcept {
  if (pass.update != nullptr && graph_.chunks() > 1 && ring_.size() == 0) {
    ring_ = AlignedBuffer<float>(2 * graph_.chunks() * half_floats_);
  }
  const auto step = static_cast<std::size_t>(team_.members());
  const std::size_t live = live_chunks(pass.rows);
  team_.run([&](int member) {
    forward(pass, member);
    for (auto c = static_cast<std::size_t>(member); c < live; c += step) results_[c] = loss(pass, c);
    if (pass.backward) backward(pass, member);
  });
  if (pass.update != nullptr && graph_.chunks() > 1) {
    for (std::size_t c = 0; c < graph_.chunks(); ++c) {
      for (ParameterSlot& slot : graph_.slots(c)) slot.gradient = nullptr;
    }
  }
  return total({results_.data(), live});
}

BatchResult Executor::run_watched(const Pass& pass, net::Tap& tap) {
  const std::size_t live = live_chunks(pass.rows);
  for (const ParameterSlot& slot : graph_.slots()) show_parameter(tap, net::TapKind::weight, slot, slot.value);
  for (CompiledNode& node : graph_.nodes()) {
    if (!node.kernels.empty()) {
      if (node.traits.whole_batch && pass.training) {
        for (std::size_t c = 0; c < live; ++c) node.kernels[c]->prepare_forward(forward_run(pass, c, true));
      }
      for (std::size_t c = 0; c < live; ++c) node.kernels[c]->forward(forward_run(pass, c, true));
    }
    const auto id = static_cast<std::size_t>(&node - graph_.nodes().data());
    for (std::size_t c = 0; c < live && pass.watch != nullptr; ++c) {
      pass.watch->see_output(id, c, rows_of(c, pass.rows), true);
    }
    show(tap, net::TapKind::activation, node, node.values, pass.rows);
  }
  for (std::size_t c = 0; c < live; ++c) results_[c] = loss(pass, c);
  std::vector<float> sum;
  for (std::size_t id = graph_.nodes().size(); pass.backward && id-- > 0;) {
    CompiledNode& node = graph_.nodes()[id];
    if (node.kernels.empty() || !node.needs_gradient) continue;
    show(tap, net::TapKind::activation_gradient, node, node.gradients, pass.rows);
    for (std::size_t c = 0; c < live && pass.watch != nullptr; ++c) {
      pass.watch->see_gradient(id, c, rows_of(c, pass.rows), true);
    }
    if (node.traits.whole_batch) {
      for (std::size_t c = 0; c < live; ++c) node.kernels[c]->prepare_backward(backward_run(pass, c));
    }
    for (std::size_t c = 0; c < live; ++c) backward_chunk(node, pass, c);
    for (std::size_t i = 0; i < node.description.parameters.size(); ++i) {
      const ParameterSlot& slot = graph_.slots()[node.first_slot + i];
      std::vector<const float*> parts;
      for (std::size_t c = 0; c < live; ++c) parts.push_back(graph_.slots(c)[node.first_slot + i].gradient);
      sum.resize(slot.count);
      sum_in_order(parts, 0, slot.count, sum.data());
      show_parameter(tap, net::TapKind::weight_gradient, slot, sum.data());
    }
  }
  return total({results_.data(), live});
}

}  // namespace fanin::engine
