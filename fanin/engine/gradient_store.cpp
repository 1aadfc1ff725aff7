#include "fanin/engine/gradient_store.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fanin::engine {
namespace {

constexpr std::size_t kBlock = 4096;  // values whose squares are summed together

// Eight sums side by side, so that the compiler may keep them in one register.
double sum_of_squares(const float* values, std::size_t count) noexcept {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      const auto value = static_cast<double>(values[i + lane]);
      sums[lane] += value * value;
    }
  }
  double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  for (; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return sum;
}

std::int64_t clip_values(float* values, std::size_t count, float limit) noexcept {
  std::int64_t clipped = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!(std::abs(values[i]) > limit)) continue;  // NaN stays and shows itself
    values[i] = std::copysign(limit, values[i]);
    ++clipped;
  }
  return clipped;
}

}  // namespace

void GradientStore::attach() {
  const std::vector<ParameterSlot>& slots = graph_.slots();
  if (offsets_.empty()) {
    offsets_.push_back(0);
    for (const ParameterSlot& slot : slots) offsets_.push_back(offsets_.back() + padded(slot.count));
    total_ = AlignedBuffer<float>(offsets_.back());
  }
  const bool direct = graph_.chunks() == 1 && empty_;  // the only chunk writes the total itself
  if (!direct && chunks_.size() == 0) chunks_ = AlignedBuffer<float>(offsets_.back() * graph_.chunks());
  for (std::size_t chunk = 0; chunk < graph_.chunks(); ++chunk) {
    float* const base = direct ? total_.data() : chunks_.data() + chunk * offsets_.back();
    for (std::size_t i = 0; i < slots.size(); ++i) graph_.slots(chunk)[i].gradient = base + offsets_[i];
  }
}

void GradientStore::collect(std::size_t live_chunks, Team& team) noexcept {
  team.run([&](int member) {
    std::array<const float*, 1025> parts;
    for (std::size_t i = 0; i < graph_.slots().size(); ++i) {
      std::size_t count = 0;
      if (!empty_) parts[count++] = total_.data() + offsets_[i];
      for (std::size_t c = 0; c < live_chunks; ++c) parts[count++] = graph_.slots(c)[i].gradient;
      const Share share = share_of(graph_.slots()[i].count, member, team.members());
      sum_in_order({parts.data(), count}, share.first, share.last, total_.data() + offsets_[i]);
    }
  });
  for (std::size_t chunk = 0; chunk < graph_.chunks(); ++chunk) {
    for (ParameterSlot& slot : graph_.slots(chunk)) slot.gradient = nullptr;
  }
  empty_ = false;
}

void GradientStore::move(std::size_t index, Share share, const Update& update) noexcept {
  const ParameterSlot& slot = graph_.slots()[index];
  const float* const gradient = total_.data() + offsets_[index];
  const StepScalars& scalars = update.scalars[slot.group];
  const std::size_t step = update.watch == nullptr ? share.last - share.first : StepWatch::kBlock;
  for (std::size_t first = share.first; first < share.last; first += step) {
    const std::size_t count = std::min(step, share.last - first);
    float* const state1 = slot.state1 == nullptr ? nullptr : slot.state1 + first;
    float* const state2 = slot.state2 == nullptr ? nullptr : slot.state2 + first;
    if (update.watch == nullptr) {
      update.function(scalars, count, gradient + first, slot.value + first, state1, state2);
    } else {
      update.watched(scalars, count, gradient + first, slot.value + first, state1, state2,
                     update.watch->block(index, first / StepWatch::kBlock));
    }
  }
}

StepReport GradientStore::apply(const PlanOptions& options, const Update& update, Team& team) noexcept {
  const std::vector<ParameterSlot>& slots = graph_.slots();
  StepReport report;
  std::vector<double> squares(slots.size(), 0.0);
  if (options.clipping != Clipping::none) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      measure(i, team);
      for (const double block : squares_) squares[i] += block;
    }
    double sum = 0;
    for (const double square : squares) sum += square;
    report.gradient_norm = std::sqrt(sum);
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    float* const gradient = total_.data() + offsets_[i];
    if (update.watch != nullptr && options.clipping != Clipping::none) {
      update.watch->set_gradient(i, {gradient, slots[i].count});
    }
    if (options.clipping == Clipping::value) {
      report.clipped += clip_values(gradient, slots[i].count, static_cast<float>(options.clip_limit));
    }
    double norm = 0;
    if (options.clipping == Clipping::norm) norm = std::sqrt(squares[i]);
    if (options.clipping == Clipping::global_norm) norm = report.gradient_norm;
    const bool shrinks = norm > options.clip_limit && std::isfinite(norm);
    const auto factor = static_cast<float>(shrinks ? options.clip_limit / norm : 1.0);
    report.clipped += shrinks ? 1 : 0;
    team.run([&](int member) {
      const Share share =
          share_of(slots[i].count, member, team.members(), update.watch == nullptr ? 16 : StepWatch::kBlock);
      if (share.first == share.last) return;
      if (shrinks) {
        for (std::size_t j = share.first; j < share.last; ++j) gradient[j] *= factor;
      }
      move(i, share, update);
    });
  }
  empty_ = true;
  return report;
}

void GradientStore::measure(std::size_t slot, Team& team) noexcept {
  const std::size_t count = graph_.slots()[slot].count;
  const std::size_t blocks = (count + kBlock - 1) / kBlock;
  squares_.assign(blocks, 0.0);
  team.run([&](int member) {
    for (auto block = static_cast<std::size_t>(member); block < blocks;
         block += static_cast<std::size_t>(team.members())) {
      const std::size_t first = block * kBlock;
      squares_[block] = sum_of_squares(total_.data() + offsets_[slot] + first, std::min(kBlock, count - first));
    }
  });
}

}  // namespace fanin::engine
