// Windows that slide over samples with channels last: the largest value or the mean, on SIMD lanes. Private to the
// room.
#pragma once

#include <array>
#include <cstdint>

namespace fanin::engine {

/// Three spatial axes; missing ones come first, with one position and one tap.
struct PoolingTask {
  std::int64_t rows = 0;
  std::int64_t channels = 0;
  std::array<std::int64_t, 3> src = {1, 1, 1};
  std::array<std::int64_t, 3> dst = {1, 1, 1};
  std::array<std::int64_t, 3> kernel = {1, 1, 1};
  std::array<std::int64_t, 3> stride = {1, 1, 1};
  std::array<std::int64_t, 3> padding = {0, 0, 0};
};

/// @param taken  [rows, dst, channels]: which tap was the largest, the first of equals; null: nobody asks. NaN is
///               larger than anything.
void max_pooling(const PoolingTask& task, const float* src, float* dst, std::int32_t* taken) noexcept;
void max_pooling_gradient(const PoolingTask& task, const float* diff_dst, const std::int32_t* taken,
                          float* diff_src) noexcept;
/// The mean over all taps, with zeros outside of the sample.
void average_pooling(const PoolingTask& task, const float* src, float* dst) noexcept;
void average_pooling_gradient(const PoolingTask& task, const float* diff_dst, float* diff_src) noexcept;

}  // namespace fanin::engine
