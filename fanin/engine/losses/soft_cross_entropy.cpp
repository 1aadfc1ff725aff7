#include <algorithm>
#include <cmath>

#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

// -Σ t·log softmax(x) = Σ t·(log Σ e^x - x); its gradient is softmax(x)·Σ t - t.
BatchResult soft_cross_entropy(const LossTask& task) noexcept {
  const auto per_prediction = static_cast<float>(1.0 / task.normalizer);
  BatchResult result;
  for (std::int64_t row = 0; row < task.predictions; ++row) {
    const float* const x = task.values + row * task.outputs;
    const float* const t = task.targets + row * task.outputs;
    const float* const largest = std::max_element(x, x + task.outputs);
    double sum = 0;
    double weight = 0;
    double product = 0;
    for (std::int64_t i = 0; i < task.outputs; ++i) {
      sum += std::exp(static_cast<double>(x[i]) - static_cast<double>(*largest));
      weight += static_cast<double>(t[i]);
      product += static_cast<double>(t[i]) * static_cast<double>(x[i]);
    }
    const double log_sum = std::log(sum) + static_cast<double>(*largest);
    result.loss_sum += weight * log_sum - product;
    result.correct += std::isfinite(log_sum) && largest - x == std::max_element(t, t + task.outputs) - t ? 1 : 0;
    if (task.gradient == nullptr) continue;
    float* const g = task.gradient + row * task.outputs;
    for (std::int64_t i = 0; i < task.outputs; ++i) {
      const auto share = static_cast<float>(weight * std::exp(static_cast<double>(x[i]) - log_sum));
      g[i] = per_prediction * (share - t[i]);
    }
  }
  return result;
}

double reference_soft_cross_entropy(const ReferenceLossTask& task) {
  double total = 0;
  for (std::int64_t row = 0; row < task.predictions; ++row) {
    const auto first = static_cast<std::size_t>(row * task.outputs);
    const auto classes = static_cast<std::size_t>(task.outputs);
    const auto x = task.values.subspan(first, classes);
    double sum = 0;
    const double largest = *std::max_element(x.begin(), x.end());
    for (const double logit : x) sum += std::exp(logit - largest);
    for (std::size_t i = 0; i < classes; ++i) {
      total += static_cast<double>(task.targets[first + i]) * (std::log(sum) + largest - x[i]);
    }
  }
  return total / static_cast<double>(task.predictions);
}

}  // namespace fanin::engine
