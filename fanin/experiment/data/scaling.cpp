#include "fanin/experiment/data/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

struct Ranges {
  std::vector<float> low;
  std::vector<float> high;
};

Ranges feature_ranges(const Samples& samples) {
  const auto features = static_cast<std::size_t>(samples.features);
  constexpr float kMost = std::numeric_limits<float>::max();
  Ranges ranges{std::vector<float>(features, kMost), std::vector<float>(features, -kMost)};
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); i += features) {
          for (std::size_t j = 0; j < features; ++j) {
            const auto value = static_cast<float>(values[i + j]);
            ranges.low[j] = std::min(ranges.low[j], value);
            ranges.high[j] = std::max(ranges.high[j], value);
          }
        }
      },
      samples.values);
  return ranges;
}

float range_divisor(float low, float high) {
  const float range = high - low;
  if (!std::isfinite(range)) {
    throw Error(ErrorCode::bad_value, "inputs", "their range overflows single precision; rescale the data");
  }
  return range > 0 ? range : 1.0F;
}

}  // namespace

InputScaling raw_scaling() { return {{0.0F}, {1.0F}, "not scaled"}; }

InputScaling unit_scaling(const Samples& train, UnitScaling how) {
  if (how == UnitScaling::none) return {{0.0F}, {1.0F}, "as generated, near unit scale"};
  if (const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&train.values)) {
    if (std::any_of(bytes->begin(), bytes->end(), [](std::uint8_t byte) { return byte > 1; })) {
      return {{0.0F}, {255.0F}, "bytes scaled to [0, 1]"};
    }
    return {{0.0F}, {1.0F}, "already in [0, 1]"};  // truth values
  }
  Ranges ranges = feature_ranges(train);
  const float low = *std::min_element(ranges.low.begin(), ranges.low.end());
  const float high = *std::max_element(ranges.high.begin(), ranges.high.end());
  if (low >= 0 && high <= 1) return {{0.0F}, {1.0F}, "already in [0, 1]"};
  if (how == UnitScaling::whole) {
    return {{low}, {range_divisor(low, high)}, "scaled to [0, 1] by the range of the training part"};
  }
  std::vector<float> divisor(ranges.low.size());
  for (std::size_t j = 0; j < divisor.size(); ++j) divisor[j] = range_divisor(ranges.low[j], ranges.high[j]);
  return {std::move(ranges.low), std::move(divisor), "each column scaled to [0, 1] by its range in the training part"};
}

InputScaling standardization(const Samples& train) {
  const auto features = static_cast<std::size_t>(train.features);
  const auto rows = static_cast<double>(train.count);
  std::vector<double> mean(features, 0.0);
  std::vector<double> variance(features, 0.0);
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); i += features) {
          for (std::size_t j = 0; j < features; ++j) mean[j] += static_cast<double>(values[i + j]);
        }
        for (double& value : mean) value /= rows;
        for (std::size_t i = 0; i < values.size(); i += features) {
          for (std::size_t j = 0; j < features; ++j) {
            const double deviation = static_cast<double>(values[i + j]) - mean[j];
            variance[j] += deviation * deviation;
          }
        }
      },
      train.values);
  InputScaling scaling{std::vector<float>(features), std::vector<float>(features),
                       "standardized per feature by the training part"};
  for (std::size_t j = 0; j < features; ++j) {
    scaling.shift[j] = static_cast<float>(mean[j]);
    const double std_dev = std::sqrt(variance[j] / rows);
    // The rounding of a mean leaves a constant feature a spread of its last bits.
    const bool constant = std_dev <= 1e-9 * std::abs(mean[j]) || !(std_dev > 0);
    scaling.divisor[j] = constant ? 1.0F : static_cast<float>(std_dev);
    if (scaling.divisor[j] == 0.0F || !std::isfinite(scaling.divisor[j])) {
      throw Error(ErrorCode::bad_value, "inputs, feature " + std::to_string(j),
                  "the standard deviation " + std::to_string(std_dev) + " is outside single precision");
    }
  }
  return scaling;
}

}  // namespace fanin::experiment
