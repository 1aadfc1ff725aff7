#include "fanin/engine/sparse_input.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/sparse_input.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t kAccumulators = 8;  // two FMA units of latency four keep eight sums busy

std::int64_t lane_count() { return static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>())); }

// Columns of the block that starts at `first`: eight vectors, or one near the end.
std::int64_t block_columns(std::int64_t first, std::int64_t out) {
  const std::int64_t lanes = lane_count();
  return out - first >= kAccumulators * lanes ? kAccumulators * lanes : lanes;
}

void IndexFeatures(const float* x, std::int64_t rows, const FeatureMajor& batch) {
  // Tiles of 16 features x 64 rows: reads whole cache lines of x and writes whole lines of values.
  constexpr std::int64_t kTile = 16;
  const std::int64_t masks = batch.padded_rows / 64;
  for (std::int64_t first = 0; first < batch.features; first += kTile) {
    const std::int64_t width = std::min(kTile, batch.features - first);
    for (std::int64_t group = 0; group < masks; ++group) {
      const std::int64_t base = 64 * group;
      const std::int64_t height = std::min<std::int64_t>(64, rows - base);
      for (std::int64_t i = 0; i < width; ++i) {
        float* const to = batch.values + (first + i) * batch.padded_rows + base;
        const float* const from = x + base * batch.features + first + i;
        for (std::int64_t row = 0; row < height; ++row) to[row] = from[row * batch.features];
        std::fill(to + std::max<std::int64_t>(height, 0), to + 64, 0.0F);
        const hn::ScalableTag<float> d;
        const std::int64_t lanes = lane_count();
        std::uint64_t bits = 0;
        for (std::int64_t row = 0; row < 64; row += lanes) {
          std::uint8_t bytes[8] = {};
          hn::StoreMaskBits(d, hn::Ne(hn::LoadU(d, to + row), hn::Zero(d)), bytes);
          std::uint64_t part = 0;
          std::memcpy(&part, bytes, sizeof part);
          bits |= (lanes < 8 ? part & ((1U << lanes) - 1U) : part) << row;
        }
        batch.nonzero[(first + i) * masks + group] = bits;
      }
    }
  }
}

void PackOutputGradient(const float* dy, std::int64_t rows, std::int64_t out, float* packed) {
  for (std::int64_t first = 0; first < out; first += block_columns(first, out)) {
    const std::int64_t columns = block_columns(first, out);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::memcpy(packed + first * rows + row * columns, dy + row * out + first,
                  static_cast<std::size_t>(columns) * sizeof(float));
    }
  }
}

// One block of columns of one feature's gradient, its sums in registers throughout.
template <std::int64_t kVectors>
HWY_INLINE void accumulate(const FeatureMajor& batch, std::int64_t feature, const float* HWY_RESTRICT packed,
                           float* HWY_RESTRICT gradient) {
  const hn::ScalableTag<float> d;
  const std::int64_t lanes = lane_count();
  const std::int64_t masks = batch.padded_rows / 64;
  const float* const values = batch.values + feature * batch.padded_rows;
  using V = hn::Vec<decltype(d)>;
  V s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (std::int64_t group = 0; group < masks; ++group) {
    std::uint64_t bits = batch.nonzero[feature * masks + group];
    const float* const x = values + 64 * group;
    const float* const block = packed + 64 * group * kVectors * lanes;
    while (bits != 0) {
      const int row = std::countr_zero(bits);
      bits &= bits - 1;
      const V value = hn::Set(d, x[row]);
      const float* const dy = block + row * kVectors * lanes;
      s0 = hn::MulAdd(value, hn::LoadU(d, dy), s0);
      if constexpr (kVectors == kAccumulators) {
        s1 = hn::MulAdd(value, hn::LoadU(d, dy + lanes), s1);
        s2 = hn::MulAdd(value, hn::LoadU(d, dy + 2 * lanes), s2);
        s3 = hn::MulAdd(value, hn::LoadU(d, dy + 3 * lanes), s3);
        s4 = hn::MulAdd(value, hn::LoadU(d, dy + 4 * lanes), s4);
        s5 = hn::MulAdd(value, hn::LoadU(d, dy + 5 * lanes), s5);
        s6 = hn::MulAdd(value, hn::LoadU(d, dy + 6 * lanes), s6);
        s7 = hn::MulAdd(value, hn::LoadU(d, dy + 7 * lanes), s7);
      }
    }
  }
  hn::StoreU(s0, d, gradient);
  if constexpr (kVectors == kAccumulators) {
    hn::StoreU(s1, d, gradient + lanes);
    hn::StoreU(s2, d, gradient + 2 * lanes);
    hn::StoreU(s3, d, gradient + 3 * lanes);
    hn::StoreU(s4, d, gradient + 4 * lanes);
    hn::StoreU(s5, d, gradient + 5 * lanes);
    hn::StoreU(s6, d, gradient + 6 * lanes);
    hn::StoreU(s7, d, gradient + 7 * lanes);
  }
}

void WeightGradientOfFeatures(const FeatureMajor& batch, std::int64_t first, std::int64_t count, std::int64_t rows,
                              std::int64_t out, const float* packed, float* gradient, const PrefetchRows& prefetch) {
  constexpr std::int64_t kLineFloats = 16;
  for (std::int64_t column = 0; column < out; column += block_columns(column, out)) {
    const std::int64_t columns = block_columns(column, out);
    const float* const block = packed + column * rows;
    for (std::int64_t i = 0; i < count; ++i) {
      for (const float* array : prefetch.arrays) {
        if (array == nullptr) continue;
        const float* const row = array + (first + i) * out + column;
        for (std::int64_t j = 0; j < columns; j += kLineFloats) __builtin_prefetch(row + j, 1, 2);
      }
      if (columns == lane_count()) {
        accumulate<1>(batch, first + i, block, gradient + i * out + column);
      } else {
        accumulate<kAccumulators>(batch, first + i, block, gradient + i * out + column);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(lane_count);
HWY_EXPORT(IndexFeatures);
HWY_EXPORT(PackOutputGradient);
HWY_EXPORT(WeightGradientOfFeatures);

bool sparse_input_supports(std::int64_t out) noexcept {
  const std::int64_t lanes = HWY_DYNAMIC_DISPATCH(lane_count)();
  return lanes > 1 && lanes <= 64 && out % lanes == 0;
}

void index_features(const float* x, std::int64_t rows, const FeatureMajor& batch) noexcept {
  HWY_DYNAMIC_DISPATCH(IndexFeatures)(x, rows, batch);
}

std::int64_t packed_floats(std::int64_t rows, std::int64_t out) noexcept { return rows * out; }

void pack_output_gradient(const float* dy, std::int64_t rows, std::int64_t out, float* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(PackOutputGradient)(dy, rows, out, packed);
}

void weight_gradient_of_features(const FeatureMajor& batch, std::int64_t first, std::int64_t count, std::int64_t rows,
                                 std::int64_t out, const float* packed, float* gradient,
                                 const PrefetchRows& prefetch) noexcept {
  HWY_DYNAMIC_DISPATCH(WeightGradientOfFeatures)(batch, first, count, rows, out, packed, gradient, prefetch);
}

}  // namespace fanin::engine
#endif
