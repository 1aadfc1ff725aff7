// What one pass over a tensor tells about it: moments, extremes, signs, and what is not a finite number.
//
//     const TensorStatistics s = tensor_statistics(values);
//     s.mean; s.variance; s.kurtosis;          // of the finite values
//     s.first_non_finite;                      // -1: every value is finite
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>

namespace fanin {

/// Moments and extremes are over the finite values; NaN where there is none to take them of.
struct TensorStatistics {
  std::int64_t count = 0;  ///< all values
  std::int64_t nan_count = 0;
  std::int64_t infinity_count = 0;
  std::int64_t first_non_finite = -1;  ///< index of the first NaN or infinity; -1: none
  std::int64_t zero_count = 0;
  std::int64_t positive_count = 0;
  std::int64_t saturated_count = 0;  ///< |value| > the limit asked for
  double mean = std::numeric_limits<double>::quiet_NaN();
  double variance = std::numeric_limits<double>::quiet_NaN();  ///< divided by the number of values
  double skewness = std::numeric_limits<double>::quiet_NaN();  ///< E(x-μ)³/σ³; NaN for a constant
  double kurtosis = std::numeric_limits<double>::quiet_NaN();  ///< E(x-μ)⁴/σ⁴, 3 for a Gaussian; NaN for a constant
  double minimum = std::numeric_limits<double>::quiet_NaN();
  double maximum = std::numeric_limits<double>::quiet_NaN();

  [[nodiscard]] std::int64_t finite_count() const noexcept { return count - nan_count - infinity_count; }
  [[nodiscard]] double mean_square() const noexcept { return mean * mean + variance; }
  [[nodiscard]] double norm() const noexcept;  ///< Euclidean, of the finite values; 0 for none
  [[nodiscard]] double largest_magnitude() const noexcept;
  [[nodiscard]] double zero_fraction() const noexcept;
  /// Makes these the statistics of both tensors, one after the other.
  void join(const TensorStatistics& next) noexcept;
};

/// @param saturation_limit  values above it in magnitude are counted.
/// @accuracy  mean and variance to 1e-6 of √E x² and E x², counts and extremes exact; the same bits at every call on
/// one
///            SIMD target, whatever the alignment.
TensorStatistics tensor_statistics(std::span<const float> values,
                                   float saturation_limit = std::numeric_limits<float>::infinity());

/// What is cheap enough for every tensor at every step.
struct QuickStatistics {
  double square_sum = 0;        ///< of all values: not finite where a value is not
  float largest_magnitude = 0;  ///< not finite where a value is not
  std::int64_t non_finite = 0;  ///< values that are NaN or infinite

  [[nodiscard]] double norm() const noexcept;
  /// Makes these the statistics of both tensors together.
  void join(const QuickStatistics& other) noexcept {
    square_sum += other.square_sum;
    non_finite += other.non_finite;
    // A NaN compares with nothing: it comes in and stays.
    const bool stays = largest_magnitude != largest_magnitude || other.largest_magnitude <= largest_magnitude;
    if (!stays) largest_magnitude = other.largest_magnitude;
  }
};
/// @accuracy  square_sum to 1e-6 of itself, the others exact.
QuickStatistics quick_statistics(std::span<const float> values);
/// Whether squares of values that are at most so large can be summed in single precision: none of them overflows, and
/// those that vanish do not matter.
bool fits_plain_squares(float largest_magnitude) noexcept;

}  // namespace fanin
