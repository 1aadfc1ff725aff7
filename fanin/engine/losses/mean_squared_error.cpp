#include "fanin/engine/losses/loss_kernels.hpp"

namespace fanin::engine {

BatchResult mean_squared_error(std::int64_t rows, std::int64_t outputs, const float* values, const float* targets,
                               float* gradient) noexcept {
  const std::int64_t count = rows * outputs;
  const float factor = 2.0F / static_cast<float>(count);
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float difference = values[i] - targets[i];
    sum += static_cast<double>(difference) * static_cast<double>(difference);
    if (gradient != nullptr) gradient[i] = factor * difference;
  }
  return {.loss_sum = sum / static_cast<double>(outputs), .correct = 0};
}

double reference_mean_squared_error(std::span<const double> values, std::span<const float> targets) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double difference = values[i] - static_cast<double>(targets[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(values.size());
}

}  // namespace fanin::engine
