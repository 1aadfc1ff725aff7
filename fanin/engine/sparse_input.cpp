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

// Bit j of words[i] becomes bit i of words[j] (Warren, Hacker's Delight, section 7-3).
HWY_INLINE void transpose_bits(std::uint64_t words[64]) {
  std::uint64_t mask = 0x00000000FFFFFFFFULL;
  for (unsigned step = 32; step != 0; step >>= 1U, mask ^= mask << step) {
    for (unsigned i = 0; i < 64; i = (i + step + 1) & ~step) {
      const std::uint64_t swap = ((words[i] >> step) ^ words[i + step]) & mask;
      words[i] ^= swap << step;
      words[i + step] ^= swap;
    }
  }
}

// A bit for each of up to 64 values that is not zero.
HWY_INLINE std::uint64_t nonzero_bits(const float* x, std::int64_t count) {
  const hn::ScalableTag<float> d;
  const std::int64_t lanes = lane_count();
  std::uint64_t bits = 0;
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    std::uint8_t bytes[8] = {};
    hn::StoreMaskBits(d, hn::Ne(hn::LoadU(d, x + i), hn::Zero(d)), bytes);
    std::uint64_t part = 0;
    std::memcpy(&part, bytes, sizeof part);
    bits |= (lanes < 8 ? part & ((1U << lanes) - 1U) : part) << i;
  }
  for (; i < count; ++i) bits |= static_cast<std::uint64_t>(x[i] != 0) << i;
  return bits;
}

void FindNonzero(const NonzeroInputs& batch) {
  const std::int64_t groups = (batch.features + 63) / 64;
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    const float* const x = batch.x + row * batch.features;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t width = std::min<std::int64_t>(64, batch.features - 64 * group);
      batch.by_row[row * groups + group] = nonzero_bits(x + 64 * group, width);
    }
  }
}

void TransposeNonzero(const NonzeroInputs& batch) {
  const std::int64_t row_groups = (batch.rows + 63) / 64;
  const std::int64_t feature_groups = (batch.features + 63) / 64;
  std::uint64_t words[64];
  for (std::int64_t features = 0; features < feature_groups; ++features) {
    for (std::int64_t rows = 0; rows < row_groups; ++rows) {
      for (std::int64_t i = 0; i < 64; ++i) {
        const std::int64_t row = 64 * rows + i;
        words[i] = row < batch.rows ? batch.by_row[row * feature_groups + features] : 0;
      }
      transpose_bits(words);
      for (std::int64_t i = 0; i < 64; ++i) batch.by_feature[(64 * features + i) * row_groups + rows] = words[i];
    }
  }
}

// kVectors of columns of four rows' outputs, all sums in registers.
template <std::int64_t kVectors>
HWY_INLINE void multiply_four(const NonzeroInputs& batch, const std::int64_t* rows, const float* HWY_RESTRICT weights,
                              std::int64_t out, float* HWY_RESTRICT y) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const std::int64_t lanes = lane_count();
  const std::int64_t groups = (batch.features + 63) / 64;
  const float* const x0 = batch.x + rows[0] * batch.features;
  const float* const x1 = batch.x + rows[1] * batch.features;
  const float* const x2 = batch.x + rows[2] * batch.features;
  const float* const x3 = batch.x + rows[3] * batch.features;
  const V zero = hn::Zero(d);
  V a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  V b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  V c0 = zero, c1 = zero, c2 = zero, c3 = zero;
  V e0 = zero, e1 = zero, e2 = zero, e3 = zero;
  for (std::int64_t group = 0; group < groups; ++group) {
    std::uint64_t bits = batch.by_row[rows[0] * groups + group] | batch.by_row[rows[1] * groups + group] |
                         batch.by_row[rows[2] * groups + group] | batch.by_row[rows[3] * groups + group];
    while (bits != 0) {
      const std::int64_t feature = 64 * group + std::countr_zero(bits);
      bits &= bits - 1;
      const float* const w = weights + feature * out;
      const V v0 = hn::Set(d, x0[feature]);
      const V v1 = hn::Set(d, x1[feature]);
      const V v2 = hn::Set(d, x2[feature]);
      const V v3 = hn::Set(d, x3[feature]);
      const auto add = [&](std::int64_t vector, V& s0, V& s1, V& s2, V& s3) HWY_ATTR {
        const V column = hn::LoadU(d, w + vector * lanes);
        s0 = hn::MulAdd(v0, column, s0);
        s1 = hn::MulAdd(v1, column, s1);
        s2 = hn::MulAdd(v2, column, s2);
        s3 = hn::MulAdd(v3, column, s3);
      };
      add(0, a0, a1, a2, a3);
      if constexpr (kVectors == 4) {
        add(1, b0, b1, b2, b3);
        add(2, c0, c1, c2, c3);
        add(3, e0, e1, e2, e3);
      }
    }
  }
  const auto store = [&](std::int64_t vector, V s0, V s1, V s2, V s3) HWY_ATTR {
    hn::StoreU(s0, d, y + rows[0] * out + vector * lanes);
    hn::StoreU(s1, d, y + rows[1] * out + vector * lanes);
    hn::StoreU(s2, d, y + rows[2] * out + vector * lanes);
    hn::StoreU(s3, d, y + rows[3] * out + vector * lanes);
  };
  store(0, a0, a1, a2, a3);
  if constexpr (kVectors == 4) {
    store(1, b0, b1, b2, b3);
    store(2, c0, c1, c2, c3);
    store(3, e0, e1, e2, e3);
  }
}

void MultiplyNonzero(const NonzeroInputs& batch, const float* weights, std::int64_t out, std::int64_t* order,
                     float* y) {
  const std::int64_t groups = (batch.features + 63) / 64;
  // The count in the upper half and the row in the lower: one sort of integers orders by both.
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    std::int64_t count = 0;
    for (std::int64_t group = 0; group < groups; ++group) count += std::popcount(batch.by_row[row * groups + group]);
    order[row] = (count << 32) | row;
  }
  std::sort(order, order + batch.rows);
  for (std::int64_t row = 0; row < batch.rows; ++row) order[row] &= 0xFFFFFFFF;
  const std::int64_t lanes = lane_count();
  for (std::int64_t column = 0; column < out;) {
    const bool wide = out - column >= 4 * lanes;
    for (std::int64_t i = 0; i < batch.rows; i += 4) {
      // The last group repeats a row where rows run out: the same sums are stored twice.
      std::int64_t rows[4];
      for (std::int64_t j = 0; j < 4; ++j) rows[j] = order[std::min(i + j, batch.rows - 1)];
      if (wide) {
        multiply_four<4>(batch, rows, weights + column, out, y + column);
      } else {
        multiply_four<1>(batch, rows, weights + column, out, y + column);
      }
    }
    column += wide ? 4 * lanes : lanes;
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

// A block of columns of kFeatures neighbouring features' gradients, all sums in registers. Neighbouring
// inputs are mostly zero together, so a row of dy, once loaded, serves both.
template <std::int64_t kVectors, std::int64_t kFeatures>
HWY_INLINE void accumulate(const NonzeroInputs& batch, std::int64_t feature, std::int64_t out,
                           const float* HWY_RESTRICT packed, float* HWY_RESTRICT gradient) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const std::int64_t lanes = lane_count();
  const std::int64_t row_groups = (batch.rows + 63) / 64;
  const auto zero = hn::Zero(d);
  V a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
  V b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero, b6 = zero, b7 = zero;
  for (std::int64_t group = 0; group < row_groups; ++group) {
    std::uint64_t bits = batch.by_feature[feature * row_groups + group];
    if constexpr (kFeatures == 2) bits |= batch.by_feature[(feature + 1) * row_groups + group];
    const float* const x = batch.x + 64 * group * batch.features + feature;
    const float* const block = packed + 64 * group * kVectors * lanes;
    while (bits != 0) {
      const int row = std::countr_zero(bits);
      bits &= bits - 1;
      const float* const dy = block + row * kVectors * lanes;
      const V xa = hn::Set(d, x[row * batch.features]);
      const V xb = kFeatures == 2 ? hn::Set(d, x[row * batch.features + 1]) : zero;
      const auto add = [&](std::int64_t vector, V& sum_a, V& sum_b) HWY_ATTR {
        const V g = hn::LoadU(d, dy + vector * lanes);
        sum_a = hn::MulAdd(xa, g, sum_a);
        if constexpr (kFeatures == 2) sum_b = hn::MulAdd(xb, g, sum_b);
      };
      add(0, a0, b0);
      if constexpr (kVectors == kAccumulators) {
        add(1, a1, b1);
        add(2, a2, b2);
        add(3, a3, b3);
        add(4, a4, b4);
        add(5, a5, b5);
        add(6, a6, b6);
        add(7, a7, b7);
      }
    }
  }
  const auto store = [&](std::int64_t vector, V sum_a, V sum_b) HWY_ATTR {
    hn::StoreU(sum_a, d, gradient + vector * lanes);
    if constexpr (kFeatures == 2) hn::StoreU(sum_b, d, gradient + out + vector * lanes);
  };
  store(0, a0, b0);
  if constexpr (kVectors == kAccumulators) {
    store(1, a1, b1);
    store(2, a2, b2);
    store(3, a3, b3);
    store(4, a4, b4);
    store(5, a5, b5);
    store(6, a6, b6);
    store(7, a7, b7);
  }
}

template <std::int64_t kVectors>
HWY_INLINE void accumulate_block(const NonzeroInputs& batch, std::int64_t first, std::int64_t count, std::int64_t out,
                                 const float* packed, float* gradient) {
  std::int64_t i = 0;
  for (; i + 2 <= count; i += 2) accumulate<kVectors, 2>(batch, first + i, out, packed, gradient + i * out);
  if (i < count) accumulate<kVectors, 1>(batch, first + i, out, packed, gradient + i * out);
}

void WeightGradientRows(const NonzeroInputs& batch, std::int64_t first, std::int64_t count, std::int64_t out,
                        const float* packed, float* gradient) {
  for (std::int64_t column = 0; column < out; column += block_columns(column, out)) {
    const float* const block = packed + column * batch.rows;
    if (block_columns(column, out) == kAccumulators * lane_count()) {
      accumulate_block<kAccumulators>(batch, first, count, out, block, gradient + column);
    } else {
      accumulate_block<1>(batch, first, count, out, block, gradient + column);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(lane_count);
HWY_EXPORT(FindNonzero);
HWY_EXPORT(TransposeNonzero);
HWY_EXPORT(MultiplyNonzero);
HWY_EXPORT(PackOutputGradient);
HWY_EXPORT(WeightGradientRows);

std::int64_t nonzero_words(std::int64_t rows, std::int64_t features) noexcept {
  return (rows + 63) / 64 * 64 * ((features + 63) / 64);
}

void find_nonzero(const NonzeroInputs& batch) noexcept { HWY_DYNAMIC_DISPATCH(FindNonzero)(batch); }

void transpose_nonzero(const NonzeroInputs& batch) noexcept { HWY_DYNAMIC_DISPATCH(TransposeNonzero)(batch); }

void multiply_nonzero(const NonzeroInputs& batch, const float* weights, std::int64_t out, std::int64_t* order,
                      float* y) noexcept {
  HWY_DYNAMIC_DISPATCH(MultiplyNonzero)(batch, weights, out, order, y);
}

bool sparse_input_supports(std::int64_t out) noexcept {
  const std::int64_t lanes = HWY_DYNAMIC_DISPATCH(lane_count)();
  return lanes > 1 && lanes <= 64 && out % lanes == 0;
}

void pack_output_gradient(const float* dy, std::int64_t rows, std::int64_t out, float* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(PackOutputGradient)(dy, rows, out, packed);
}

void weight_gradient_rows(const NonzeroInputs& batch, std::int64_t first, std::int64_t count, std::int64_t out,
                          const float* packed, float* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(WeightGradientRows)(batch, first, count, out, packed, gradient);
}

}  // namespace fanin::engine
#endif
