#include <algorithm>
#include <cmath>

#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

BatchResult huber(const LossTask& task) noexcept {
  const std::int64_t count = task.predictions * task.outputs;
  const auto factor = static_cast<float>(1.0 / (task.normalizer * static_cast<double>(task.outputs)));
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float difference = task.values[i] - task.targets[i];
    const float size = std::abs(difference);
    sum += static_cast<double>(size <= 1 ? 0.5F * difference * difference : size - 0.5F);
    if (task.gradient != nullptr)
      task.gradient[i] = factor * (size <= 1 ? difference : std::copysign(1.0F, difference));
  }
  return {.loss_sum = sum / static_cast<double>(task.outputs), .correct = 0};
}

double reference_huber(const ReferenceLossTask& task) {
  double sum = 0;
  for (std::size_t i = 0; i < task.values.size(); ++i) {
    const double size = std::abs(task.values[i] - static_cast<double>(task.targets[i]));
    sum += size <= 1 ? 0.5 * size * size : size - 0.5;
  }
  return sum / static_cast<double>(task.values.size());
}

}  // namespace fanin::engine
