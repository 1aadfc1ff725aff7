// One pass over memory: a block is summed in single precision about a pivot close to its mean, in units close to its
// largest deviation, so that nothing cancels, overflows or vanishes; blocks are joined in double precision. Pivot and
// unit come from the block before. Where they turn out not to fit, or a value is not finite, the block, which is still
// in cache, is looked at again.
#include "fanin/core/tensor_statistics.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "fanin/core/tensor_statistics_kernels.hpp"

namespace fanin {
namespace {

// Deviations in units of the factor for which fourth powers neither overflow nor vanish in single precision.
constexpr double kLeastDeviation = 0x1p-16;
constexpr double kMostDeviation = 0x1p24;
// The same for squares of the values themselves.
constexpr float kLeastPlain = 0x1p-40F;
constexpr float kMostPlain = 0x1p50F;

double largest_deviation(float minimum, float maximum, float pivot) {
  return std::max(static_cast<double>(maximum) - static_cast<double>(pivot),
                  static_cast<double>(pivot) - static_cast<double>(minimum));
}

BlockScale scale_about(float pivot, float minimum, float maximum) {
  const double deviation = largest_deviation(minimum, maximum, pivot);
  if (deviation == 0) return {pivot, 1};
  return {pivot, std::ldexp(1.0F, std::clamp(-std::ilogb(deviation), -126, 126))};
}

// Count, mean and sums of powers of the deviations from it.
struct Moments {
  double count = 0;
  double mean = 0;
  double second = 0;
  double third = 0;
  double fourth = 0;
};

Moments central(const BlockMoments& block, double count, BlockScale scale) {
  const double unit = 1 / static_cast<double>(scale.factor);
  const double m = block.sum / count;
  const double second = std::max(0.0, block.square_sum - m * block.sum);
  const double third = block.cube_sum - 3 * m * block.square_sum + 2 * m * m * block.sum;
  const double fourth =
      block.fourth_sum - 4 * m * block.cube_sum + 6 * m * m * block.square_sum - 3 * m * m * m * block.sum;
  return {.count = count,
          .mean = static_cast<double>(scale.pivot) + m * unit,
          .second = second * unit * unit,
          .third = third * unit * unit * unit,
          .fourth = std::max(0.0, fourth * unit * unit * unit * unit)};
}

// Pébay 2008, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
// moments", eqs. 1.5 and 1.6 and the pairwise form of 2.1.
void join(Moments& a, const Moments& b) {
  if (a.count == 0) {
    a = b;
    return;
  }
  const double n = a.count + b.count;
  const double share_a = a.count / n;
  const double share_b = b.count / n;
  const double delta = b.mean - a.mean;
  const double between = delta * delta * a.count * share_b;
  a.fourth += b.fourth + between * delta * delta * (share_a * share_a - share_a * share_b + share_b * share_b) +
              6 * delta * delta * (share_a * share_a * b.second + share_b * share_b * a.second) +
              4 * delta * (share_a * b.third - share_b * a.third);
  a.third += b.third + between * delta * (share_a - share_b) + 3 * delta * (share_a * b.second - share_b * a.second);
  a.second += b.second + between;
  a.mean += delta * share_b;
  a.count = n;
}

// A constant has neither skewness nor kurtosis: its deviations are 0.
Moments moments_of(const TensorStatistics& statistics) {
  const auto count = static_cast<double>(statistics.finite_count());
  if (count == 0) return {};
  const double square = statistics.variance;
  return {.count = count,
          .mean = statistics.mean,
          .second = count * square,
          .third = square > 0 ? count * statistics.skewness * square * std::sqrt(square) : 0,
          .fourth = square > 0 ? count * statistics.kurtosis * square * square : 0};
}

void set_moments(TensorStatistics& statistics, const Moments& moments) {
  const bool constant = statistics.minimum == statistics.maximum;
  statistics.mean = constant ? statistics.minimum : moments.mean;
  statistics.variance = constant ? 0 : moments.second / moments.count;
  if (!(statistics.variance > 0)) return;
  statistics.skewness = moments.third / moments.count / (statistics.variance * std::sqrt(statistics.variance));
  statistics.kurtosis = moments.fourth / moments.count / (statistics.variance * statistics.variance);
}

class Collector {
 public:
  explicit Collector(float limit) : limit_(limit) {}

  void add(std::span<const float> block, std::int64_t first) {
    if (has_scale_ && try_quickly(block)) return;
    add_carefully(block, first);
  }

  TensorStatistics result(std::int64_t count) {
    statistics_.count = count;
    if (moments_.count == 0) return statistics_;
    statistics_.minimum = static_cast<double>(minimum_);
    statistics_.maximum = static_cast<double>(maximum_);
    set_moments(statistics_, moments_);
    return statistics_;
  }

 private:
  bool try_quickly(std::span<const float> block) {
    const BlockMoments moments = block_moments(block.data(), block.size(), scale_, limit_, false);
    if (!std::isfinite(moments.fourth_sum) || !std::isfinite(moments.sum)) return false;
    const double deviation =
        largest_deviation(moments.minimum, moments.maximum, scale_.pivot) * static_cast<double>(scale_.factor);
    if (deviation != 0 && !(deviation >= kLeastDeviation && deviation <= kMostDeviation)) return false;
    take(moments, static_cast<double>(block.size()));
    return true;
  }

  void add_carefully(std::span<const float> block, std::int64_t first) {
    const BlockCensus census = block_census(block.data(), block.size());
    statistics_.nan_count += census.nan_count;
    statistics_.infinity_count += census.infinity_count;
    if (statistics_.first_non_finite < 0 && census.first_non_finite >= 0) {
      statistics_.first_non_finite = first + census.first_non_finite;
    }
    const std::int64_t missing = census.nan_count + census.infinity_count;
    const auto finite = static_cast<double>(static_cast<std::int64_t>(block.size()) - missing);
    if (finite > 0) {
      // A sum in single precision may overflow; any pivot between the extremes will do.
      const double low = static_cast<double>(census.minimum);
      const double high = static_cast<double>(census.maximum);
      const double mean = std::isfinite(census.sum) ? census.sum / finite : low / 2 + high / 2;
      scale_ = scale_about(static_cast<float>(std::clamp(mean, low, high)), census.minimum, census.maximum);
    }
    const BlockMoments moments = block_moments(block.data(), block.size(), scale_, limit_, missing > 0);
    if (finite == 0) {
      statistics_.saturated_count += moments.saturated_count;
      return;
    }
    take(moments, finite);
  }

  void take(const BlockMoments& block, double finite) {
    statistics_.zero_count += block.zero_count;
    statistics_.positive_count += block.positive_count;
    statistics_.saturated_count += block.saturated_count;
    minimum_ = std::min(minimum_, block.minimum);
    maximum_ = std::max(maximum_, block.maximum);
    const Moments moments = central(block, finite, scale_);
    join(moments_, moments);
    const float pivot = std::clamp(static_cast<float>(moments.mean), block.minimum, block.maximum);
    scale_ = scale_about(pivot, block.minimum, block.maximum);
    has_scale_ = true;
  }

  TensorStatistics statistics_ = {};
  Moments moments_ = {};
  float limit_;
  float minimum_ = std::numeric_limits<float>::infinity();
  float maximum_ = -std::numeric_limits<float>::infinity();
  BlockScale scale_ = {};
  bool has_scale_ = false;
};

}  // namespace

double TensorStatistics::norm() const noexcept {
  return finite_count() == 0 ? 0 : std::sqrt(mean_square() * static_cast<double>(finite_count()));
}

void TensorStatistics::join(const TensorStatistics& next) noexcept {
  Moments moments = moments_of(*this);
  fanin::join(moments, moments_of(next));
  if (first_non_finite < 0 && next.first_non_finite >= 0) first_non_finite = count + next.first_non_finite;
  count += next.count;
  nan_count += next.nan_count;
  infinity_count += next.infinity_count;
  zero_count += next.zero_count;
  positive_count += next.positive_count;
  saturated_count += next.saturated_count;
  minimum = std::fmin(minimum, next.minimum);  // of a NaN and a number, the number
  maximum = std::fmax(maximum, next.maximum);
  if (moments.count > 0) set_moments(*this, moments);
}

double TensorStatistics::largest_magnitude() const noexcept { return std::max(-minimum, maximum); }

double TensorStatistics::zero_fraction() const noexcept {
  return count == 0 ? 0 : static_cast<double>(zero_count) / static_cast<double>(count);
}

TensorStatistics tensor_statistics(std::span<const float> values, float saturation_limit) {
  Collector collector(saturation_limit);
  const std::size_t step = block_values();
  for (std::size_t first = 0; first < values.size(); first += step) {
    collector.add(values.subspan(first, std::min(step, values.size() - first)), static_cast<std::int64_t>(first));
  }
  return collector.result(static_cast<std::int64_t>(values.size()));
}

double QuickStatistics::norm() const noexcept { return std::sqrt(square_sum); }

bool fits_plain_squares(float largest_magnitude) noexcept {
  return largest_magnitude == 0 || (largest_magnitude >= kLeastPlain && largest_magnitude <= kMostPlain);
}

QuickStatistics quick_statistics(std::span<const float> values) {
  const QuickSums sums = quick_sums(values.data(), values.size());
  QuickStatistics quick{.square_sum = sums.square_sum, .largest_magnitude = sums.largest_magnitude};
  if (std::isfinite(quick.square_sum) && fits_plain_squares(quick.largest_magnitude)) return quick;
  quick.square_sum = wide_square_sum(values.data(), values.size());
  if (std::isfinite(quick.square_sum)) return quick;
  for (const float value : values) {
    if (std::isfinite(value)) continue;
    ++quick.non_finite;
    if (!std::isnan(quick.largest_magnitude)) quick.largest_magnitude = std::abs(value);
  }
  return quick;
}

}  // namespace fanin
