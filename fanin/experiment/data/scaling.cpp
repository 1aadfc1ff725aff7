#include "fanin/experiment/data/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

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

// The sum over the rows of term(value, feature), for each feature.
template <typename Term>
std::vector<double> feature_sums(const Samples& samples, const Term& term) {
  const auto features = static_cast<std::size_t>(samples.features);
  std::vector<double> sums(features, 0.0);
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); i += features) {
          for (std::size_t j = 0; j < features; ++j) sums[j] += term(static_cast<double>(values[i + j]), j);
        }
      },
      samples.values);
  return sums;
}

// Turns each feature's sum into the mean of its group; `width` neighbouring features are a group.
void to_group_means(std::vector<double>& sums, std::size_t width, std::int64_t rows) {
  const double members = static_cast<double>(rows) * static_cast<double>(width);
  for (std::size_t first = 0; first < sums.size(); first += width) {
    const auto begin = sums.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(width);
    std::fill(begin, end, std::accumulate(begin, end, 0.0) / members);
  }
}

InputScaling standardize(const Samples& train, std::size_t width, const char* description) {
  const auto features = static_cast<std::size_t>(train.features);
  std::vector<double> mean = feature_sums(train, [](double value, std::size_t) { return value; });
  to_group_means(mean, width, train.count);
  std::vector<double> variance =
      feature_sums(train, [&](double value, std::size_t j) { return (value - mean[j]) * (value - mean[j]); });
  to_group_means(variance, width, train.count);
  InputScaling scaling{std::vector<float>(features), std::vector<float>(features), description};
  for (std::size_t j = 0; j < features; ++j) {
    scaling.shift[j] = static_cast<float>(mean[j]);
    const double std_dev = std::sqrt(variance[j]);
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

}  // namespace

InputScaling raw_scaling() { return {{0.0F}, {1.0F}, "not scaled"}; }

InputScaling token_scaling() { return {{0.0F}, {1.0F}, "tokens"}; }

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
  return standardize(train, 1, "standardized per feature by the training part");
}

InputScaling channel_standardization(const Samples& train, std::int64_t channels) {
  const auto width = static_cast<std::size_t>(train.features / channels);
  return standardize(train, width, "standardized per channel by the training part");
}

}  // namespace fanin::experiment
