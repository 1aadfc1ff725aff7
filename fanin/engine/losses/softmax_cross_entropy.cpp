#include <algorithm>
#include <cmath>
#include <limits>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/losses/softmax_cross_entropy.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#include "fanin/engine/losses/loss_kernels.hpp"
#include "fanin/engine/part-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

BatchResult SoftmaxCrossEntropy(const LossTask& task) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto classes = static_cast<std::size_t>(task.outputs);
  const double smoothing = task.label_smoothing;
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  BatchResult result;
  for (std::int64_t row = 0; row < task.predictions; ++row) {
    const float* const x = task.values + static_cast<std::size_t>(row) * classes;
    auto largest_lanes = hn::Set(d, kLowest);
    for (std::size_t i = 0; i < classes; i += lanes) {
      largest_lanes = hn::Max(largest_lanes, LoadPart(d, x + i, std::min(lanes, classes - i), kLowest));
    }
    const float largest = hn::GetLane(hn::MaxOfLanes(d, largest_lanes));
    const auto shift = hn::Set(d, largest);
    auto sum_lanes = hn::Zero(d);
    float* const g = task.gradient == nullptr ? nullptr : task.gradient + static_cast<std::size_t>(row) * classes;
    for (std::size_t i = 0; i < classes; i += lanes) {
      const std::size_t part = std::min(lanes, classes - i);
      const auto difference = hn::Sub(LoadPart(d, x + i, part, kLowest), shift);
      const auto e = hn::IfThenElse(hn::IsNaN(difference), difference, hn::Exp(d, difference));  // Exp loses NaN
      sum_lanes = hn::Add(sum_lanes, e);
      if (g != nullptr) StorePart(d, e, g + i, part);
    }
    const float sum = hn::GetLane(hn::SumOfLanes(d, sum_lanes));
    const auto label = static_cast<std::size_t>(task.labels[row]);
    const float of_label = label < classes ? x[label] : std::numeric_limits<float>::quiet_NaN();
    auto of_target = static_cast<double>(of_label);
    if (smoothing > 0) {
      double of_all = 0;
      for (std::size_t i = 0; i < classes; ++i) of_all += static_cast<double>(x[i]);
      of_target = (1 - smoothing) * of_target + smoothing * of_all / static_cast<double>(classes);
    }
    result.loss_sum += std::log(static_cast<double>(sum)) + (static_cast<double>(largest) - of_target);
    // The first largest logit is the answer, as argmax has it; NaN is never right.
    std::size_t answer = 0;
    while (answer + 1 < classes && !(x[answer] == largest)) ++answer;
    result.correct += answer == label && x[answer] == largest ? 1 : 0;
    if (g == nullptr) continue;
    const float per_row = 1.0F / static_cast<float>(task.normalizer);
    const float factor = per_row / sum;
    if (smoothing > 0) {
      const auto everywhere = static_cast<float>(smoothing / (task.normalizer * static_cast<double>(classes)));
      for (std::size_t i = 0; i < classes; ++i) g[i] = g[i] * factor - everywhere;
      if (label < classes) g[label] -= static_cast<float>((1 - smoothing) / task.normalizer);
      continue;
    }
    for (std::size_t i = 0; i < classes; ++i) g[i] *= factor;
    if (label < classes) g[label] -= per_row;
  }
  return result;
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(SoftmaxCrossEntropy);

BatchResult softmax_cross_entropy(const LossTask& task) noexcept {
  return HWY_DYNAMIC_DISPATCH(SoftmaxCrossEntropy)(task);
}

double reference_softmax_cross_entropy(const ReferenceLossTask& task) {
  double total = 0;
  const std::int64_t classes = task.outputs;
  for (std::int64_t row = 0; row < task.predictions; ++row) {
    const auto x = task.values.subspan(static_cast<std::size_t>(row * classes), static_cast<std::size_t>(classes));
    double largest = x[0];
    for (const double logit : x) largest = std::max(largest, logit);
    double sum = 0;
    for (const double logit : x) sum += std::exp(logit - largest);
    double mean = 0;
    for (const double logit : x) mean += logit / static_cast<double>(classes);
    const double of_label = x[static_cast<std::size_t>(task.labels[static_cast<std::size_t>(row)])];
    total += std::log(sum) + largest - ((1 - task.label_smoothing) * of_label + task.label_smoothing * mean);
  }
  return total / static_cast<double>(task.predictions);
}

}  // namespace fanin::engine
#endif
