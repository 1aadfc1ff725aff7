// What batch and group normalization compute over values [rows, channels] with the channels innermost: sums
// over the rows of each channel, and maps with a few numbers per channel. One or two passes over memory.
#pragma once

#include <cstddef>

namespace fanin::engine {

/// Counts of values: a sample's positions, or those of a whole chunk.
struct ChannelShape {
  std::size_t rows = 0;
  std::size_t channels = 0;
};

/// mean[c] and squares[c] = Σ (x - mean[c])² over the rows. Blocks that stay in the first cache are measured
/// around their own means and merged in double: Chan, Golub & LeVeque 1979.
void channel_moments(const ChannelShape& shape, const float* x, double* mean, double* squares) noexcept;

/// Merges the moments of `count_b` values into those of `count_a`.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;
  void merge(double other_count, double other_mean, double other_squares) noexcept {
    const double both = count + other_count;
    if (both == 0) return;
    const double step = other_mean - mean;
    mean += step * other_count / both;
    squares += other_squares + step * step * count * other_count / both;
    count = both;
  }
};

/// y = (x - center[c])·factor[c] + shift[c], then max(0, y) where `rectify`. y may be x.
void channel_map(const ChannelShape& shape, const float* x, const float* center, const float* factor,
                 const float* shift, bool rectify, float* y) noexcept;

/// What backward needs of one channel, [channels] each.
struct ChannelGradient {
  const float* center = nullptr;
  const float* factor = nullptr;  ///< with `shift` and `rectify`, as channel_map made the output
  const float* shift = nullptr;
  bool rectify = false;  ///< output gradients do not count where that output is zero or less
};

/// sum[c] = Σ dy and sum_product[c] = Σ dy·(x - center[c]).
void channel_gradient_sums(const ChannelShape& shape, const ChannelGradient& gradient, const float* x, const float* dy,
                           double* sum, double* sum_product) noexcept;

/// dx = dy·by_gradient[c] + (x - center[c])·by_value[c] + constant[c]. dx may be dy.
void channel_gradient_map(const ChannelShape& shape, const ChannelGradient& gradient, const float* x, const float* dy,
                          const float* by_gradient, const float* by_value, const float* constant, float* dx) noexcept;

}  // namespace fanin::engine
