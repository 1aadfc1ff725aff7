// What tensor_statistics.cpp does to one block of values, on the SIMD lanes of the running processor. Private.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fanin {

/// Values that are summed in single precision before they join a sum in double.
inline constexpr std::size_t kMostBlockValues = 4096;

/// Of a block's finite values x: sums of d, d², d³ and d⁴ with d = (x - pivot) * factor.
struct BlockMoments {
  double sum = 0;
  double square_sum = 0;
  double cube_sum = 0;
  double fourth_sum = 0;
  float minimum = 0;
  float maximum = 0;
  std::int64_t zero_count = 0;
  std::int64_t positive_count = 0;
  std::int64_t saturated_count = 0;  ///< of all values
};

/// What must be known of a block to choose its pivot, and which of its values are no finite numbers.
struct BlockCensus {
  std::int64_t nan_count = 0;
  std::int64_t infinity_count = 0;
  std::int64_t first_non_finite = -1;
  float minimum = 0;  ///< of the finite values, as is the sum; both extremes are infinite where there is none
  float maximum = 0;
  double sum = 0;
};

struct BlockScale {
  float pivot = 0;
  float factor = 1;  ///< a power of two
};

/// Values of a block on this processor: at most kMostBlockValues.
std::size_t block_values() noexcept;

/// @param count  at most block_values().
/// @param skips  whether values that are not finite are left out; else they spoil the sums.
BlockMoments block_moments(const float* values, std::size_t count, BlockScale scale, float saturation_limit,
                           bool skips) noexcept;
BlockCensus block_census(const float* values, std::size_t count) noexcept;

/// Sum of squares and the largest bits of a magnitude, which order as the magnitudes do, infinity and NaN last.
struct QuickSums {
  double square_sum = 0;
  float largest_magnitude = 0;  ///< may miss a NaN, which the squares have
};
/// Squares in single precision: right while the largest magnitude is neither tiny nor huge.
QuickSums quick_sums(const float* values, std::size_t count) noexcept;
/// In double precision throughout, at half the speed.
double wide_square_sum(const float* values, std::size_t count) noexcept;

}  // namespace fanin
