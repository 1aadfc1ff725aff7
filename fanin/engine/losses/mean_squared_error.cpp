#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

BatchResult mean_squared_error(const LossTask& task) noexcept {
  const std::int64_t count = task.predictions * task.outputs;
  const auto factor = static_cast<float>(2.0 / (task.normalizer * static_cast<double>(task.outputs)));
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float difference = task.values[i] - task.targets[i];
    sum += static_cast<double>(difference) * static_cast<double>(difference);
    if (task.gradient != nullptr) task.gradient[i] = factor * difference;
  }
  return {.loss_sum = sum / static_cast<double>(task.outputs), .correct = 0};
}

double reference_mean_squared_error(const ReferenceLossTask& task) {
  double sum = 0;
  for (std::size_t i = 0; i < task.values.size(); ++i) {
    const double difference = task.values[i] - static_cast<double>(task.targets[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(task.values.size());
}

}  // namespace fanin::engine
