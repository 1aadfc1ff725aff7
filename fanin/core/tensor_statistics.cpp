#include "fanin/core/tensor_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace fanin {

double TensorStatistics::norm() const noexcept {
  return finite_count() == 0 ? 0 : std::sqrt(mean_square() * static_cast<double>(finite_count()));
}

double TensorStatistics::largest_magnitude() const noexcept { return std::max(-minimum, maximum); }

double TensorStatistics::zero_fraction() const noexcept {
  return count == 0 ? 0 : static_cast<double>(zero_count) / static_cast<double>(count);
}

TensorStatistics tensor_statistics(std::span<const float> values, float saturation_limit) {
  TensorStatistics s;
  s.count = static_cast<std::int64_t>(values.size());
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    if (!std::isfinite(value)) {
      ++(std::isnan(value) ? s.nan_count : s.infinity_count);
      if (s.first_non_finite < 0) s.first_non_finite = static_cast<std::int64_t>(i);
      continue;
    }
    const bool first = std::isnan(s.minimum);
    if (first || static_cast<double>(value) < s.minimum) s.minimum = static_cast<double>(value);
    if (first || static_cast<double>(value) > s.maximum) s.maximum = static_cast<double>(value);
    if (value == 0) ++s.zero_count;
    if (value > 0) ++s.positive_count;
    sum += static_cast<double>(value);
  }
  for (const float value : values) {
    if (std::abs(value) > saturation_limit) ++s.saturated_count;
  }
  const auto finite = static_cast<double>(s.finite_count());
  if (finite == 0) return s;
  s.mean = sum / finite;
  double second = 0, third = 0, fourth = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double d = static_cast<double>(value) - s.mean;
    second += d * d;
    third += d * d * d;
    fourth += d * d * d * d;
  }
  s.variance = second / finite;
  if (s.variance > 0) {
    s.skewness = third / finite / (s.variance * std::sqrt(s.variance));
    s.kurtosis = fourth / finite / (s.variance * s.variance);
  }
  return s;
}

QuickStatistics quick_statistics(std::span<const float> values) {
  QuickStatistics q;
  for (const float value : values) {
    q.square_sum += static_cast<double>(value) * static_cast<double>(value);
    q.largest_magnitude = std::isnan(value) ? value : std::max(q.largest_magnitude, std::abs(value));
    if (!std::isfinite(value)) ++q.non_finite;
  }
  return q;
}

}  // namespace fanin
