#include <algorithm>
#include <cmath>

#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

// -t·log σ(x) - (1 - t)·log(1 - σ(x)) = max(x, 0) - t·x + log(1 + e^-|x|), which never overflows.
BatchResult binary_cross_entropy(const LossTask& task) noexcept {
  const double per_output = 1.0 / static_cast<double>(task.outputs);
  const auto factor = static_cast<float>(per_output / task.normalizer);
  BatchResult result;
  for (std::int64_t row = 0; row < task.predictions; ++row) {
    const std::int64_t first = row * task.outputs;
    bool right = true;
    double sum = 0;
    for (std::int64_t i = first; i < first + task.outputs; ++i) {
      const float x = task.values[i];
      const float t = task.targets[i];
      const float small = std::exp(-std::abs(x));
      sum += static_cast<double>(std::max(x, 0.0F) - t * x + std::log1p(small));
      // NaN is on neither side.
      right = right && ((x > 0) == (t > 0.5F)) && !std::isnan(x);
      const float sigmoid = (x >= 0 ? 1.0F : small) / (1.0F + small);
      if (task.gradient != nullptr) task.gradient[i] = factor * (sigmoid - t);
    }
    result.loss_sum += sum * per_output;
    result.correct += right ? 1 : 0;
  }
  return result;
}

double reference_binary_cross_entropy(const ReferenceLossTask& task) {
  double sum = 0;
  for (std::size_t i = 0; i < task.values.size(); ++i) {
    const double x = task.values[i];
    const auto t = static_cast<double>(task.targets[i]);
    sum += std::max(x, 0.0) - t * x + std::log1p(std::exp(-std::abs(x)));
  }
  return sum / static_cast<double>(task.values.size());
}

}  // namespace fanin::engine
