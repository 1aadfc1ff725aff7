#include <algorithm>
#include <cmath>
#include <limits>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/core/tensor_statistics_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/cache_control.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/core/tensor_statistics_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using Floats = hn::ScalableTag<float>;
using Words = hn::ScalableTag<std::int32_t>;
using Doubles = hn::ScalableTag<double>;
using Vector = hn::Vec<Floats>;
using Counter = hn::Vec<Words>;

constexpr std::int32_t kMagnitudeBits = 0x7FFFFFFF;
constexpr std::int32_t kInfinityBits = 0x7F800000;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A block is 128 pairs of vectors: 16 additions to each sum, 8 to the sum of those, so that rounding stays below 1e-6
// even where all values round alike.
constexpr std::size_t kPairs = 16;
// So many values ahead, memory is asked for: the sums keep too few loads in flight for its full bandwidth.
constexpr std::size_t kAhead = 2048;
std::size_t BlockValues() { return 256 * hn::Lanes(Floats()); }
static_assert(256 * hn::MaxLanes(Floats()) <= kMostBlockValues);

double SumOf(Vector v) { return static_cast<double>(hn::GetLane(hn::SumOfLanes(Floats(), v))); }

HWY_INLINE Counter Counted(hn::Mask<Floats> mask) {
  return hn::IfThenElseZero(hn::RebindMask(Words(), mask), hn::Set(Words(), 1));
}

std::int64_t SumOf(Counter v) { return hn::GetLane(hn::SumOfLanes(Words(), v)); }

template <bool kSkips, bool kSaturates>
BlockMoments MomentsOf(const float* HWY_RESTRICT values, std::size_t count, BlockScale scale, float limit) {
  const Floats d;
  const Words di;
  const std::size_t lanes = hn::Lanes(d);
  const Vector factor = hn::Set(d, scale.factor);
  const Vector pivot = hn::Set(d, scale.pivot * scale.factor);
  const Vector bound = hn::Set(d, limit);
  const Vector zero = hn::Zero(d);
  Vector total[4] = {zero, zero, zero, zero};  // of powers 1 to 4
  Vector least[2] = {hn::Set(d, kInfinity), hn::Set(d, kInfinity)};
  Vector most[2] = {hn::Set(d, -kInfinity), hn::Set(d, -kInfinity)};
  Counter zeros = hn::Zero(di);
  Counter positives = hn::Zero(di);
  Counter saturated = hn::Zero(di);
  std::size_t i = 0;
  while (i + lanes <= count) {
    Vector sum[2][4] = {{zero, zero, zero, zero}, {zero, zero, zero, zero}};
    const auto take = [&](int which, std::size_t at) HWY_ATTR {
      Vector x = hn::LoadU(d, values + at);
      if constexpr (kSaturates) saturated = hn::Add(saturated, Counted(hn::Gt(hn::Abs(x), bound)));
      Vector deviation = hn::MulSub(x, factor, pivot);
      if constexpr (kSkips) {
        const auto finite = hn::IsFinite(x);
        deviation = hn::IfThenElseZero(finite, deviation);
        least[which] = hn::Min(least[which], hn::IfThenElse(finite, x, least[which]));
        most[which] = hn::Max(most[which], hn::IfThenElse(finite, x, most[which]));
        x = hn::IfThenElse(finite, x, hn::Set(d, -1.0F));  // neither zero nor positive
      } else {
        least[which] = hn::Min(least[which], x);
        most[which] = hn::Max(most[which], x);
      }
      zeros = hn::Add(zeros, Counted(hn::Eq(x, zero)));
      positives = hn::Add(positives, Counted(hn::Gt(x, zero)));
      const Vector squared = hn::Mul(deviation, deviation);
      sum[which][0] = hn::Add(sum[which][0], deviation);
      sum[which][1] = hn::Add(sum[which][1], squared);
      sum[which][2] = hn::MulAdd(squared, deviation, sum[which][2]);
      sum[which][3] = hn::MulAdd(squared, squared, sum[which][3]);
    };
    const std::size_t last = std::min(count, i + 2 * kPairs * lanes);
    for (; i + 2 * lanes <= last; i += 2 * lanes) {
      hwy::Prefetch(values + i + kAhead);
      hwy::Prefetch(values + i + kAhead + lanes);
      take(0, i);
      take(1, i + lanes);
    }
    if (i + lanes <= last) {
      take(0, i);
      i += lanes;
    }
    for (int power = 0; power < 4; ++power) total[power] = hn::Add(total[power], hn::Add(sum[0][power], sum[1][power]));
  }
  BlockMoments moments{.sum = SumOf(total[0]),
                       .square_sum = SumOf(total[1]),
                       .cube_sum = SumOf(total[2]),
                       .fourth_sum = SumOf(total[3]),
                       .minimum = hn::GetLane(hn::MinOfLanes(d, hn::Min(least[0], least[1]))),
                       .maximum = hn::GetLane(hn::MaxOfLanes(d, hn::Max(most[0], most[1]))),
                       .zero_count = SumOf(zeros),
                       .positive_count = SumOf(positives),
                       .saturated_count = SumOf(saturated)};
  for (; i < count; ++i) {
    const float x = values[i];
    if (std::abs(x) > limit) ++moments.saturated_count;
    if (kSkips && !std::isfinite(x)) continue;
    const double deviation =
        (static_cast<double>(x) - static_cast<double>(scale.pivot)) * static_cast<double>(scale.factor);
    const double squared = deviation * deviation;
    moments.sum += deviation;
    moments.square_sum += squared;
    moments.cube_sum += squared * deviation;
    moments.fourth_sum += squared * squared;
    moments.minimum = std::min(moments.minimum, x);
    moments.maximum = std::max(moments.maximum, x);
    moments.zero_count += x == 0 ? 1 : 0;
    moments.positive_count += x > 0 ? 1 : 0;
  }
  return moments;
}

BlockMoments Moments(const float* values, std::size_t count, BlockScale scale, float limit, bool skips) {
  const bool saturates = limit < kInfinity;
  if (skips) {
    return saturates ? MomentsOf<true, true>(values, count, scale, limit)
                     : MomentsOf<true, false>(values, count, scale, limit);
  }
  return saturates ? MomentsOf<false, true>(values, count, scale, limit)
                   : MomentsOf<false, false>(values, count, scale, limit);
}

std::int64_t FirstNonFinite(const float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) return static_cast<std::int64_t>(i);
  }
  return -1;
}

BlockCensus Census(const float* HWY_RESTRICT values, std::size_t count) {
  const Floats d;
  const Words di;
  const std::size_t lanes = hn::Lanes(d);
  const auto magnitude_bits = hn::Set(di, kMagnitudeBits);
  const auto infinity_bits = hn::Set(di, kInfinityBits);
  Counter non_finite = hn::Zero(di);
  Counter infinities = hn::Zero(di);
  Vector sum = hn::Zero(d);
  Vector least = hn::Set(d, kInfinity);
  Vector most = hn::Set(d, -kInfinity);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Vector x = hn::LoadU(d, values + i);
    const Counter bits = hn::And(hn::BitCast(di, x), magnitude_bits);
    const auto finite = hn::RebindMask(d, hn::Gt(infinity_bits, bits));
    non_finite = hn::Add(non_finite, hn::IfThenZeroElse(hn::RebindMask(di, finite), hn::Set(di, 1)));
    infinities = hn::Add(infinities, hn::IfThenElseZero(hn::Eq(bits, infinity_bits), hn::Set(di, 1)));
    sum = hn::Add(sum, hn::IfThenElseZero(finite, x));
    least = hn::Min(least, hn::IfThenElse(finite, x, least));
    most = hn::Max(most, hn::IfThenElse(finite, x, most));
  }
  BlockCensus census{.infinity_count = SumOf(infinities),
                     .minimum = hn::GetLane(hn::MinOfLanes(d, least)),
                     .maximum = hn::GetLane(hn::MaxOfLanes(d, most)),
                     .sum = SumOf(sum)};
  census.nan_count = SumOf(non_finite) - census.infinity_count;
  for (; i < count; ++i) {
    const float x = values[i];
    if (!std::isfinite(x)) {
      ++(std::isnan(x) ? census.nan_count : census.infinity_count);
      continue;
    }
    census.sum += static_cast<double>(x);
    census.minimum = std::min(census.minimum, x);
    census.maximum = std::max(census.maximum, x);
  }
  if (census.nan_count + census.infinity_count > 0) census.first_non_finite = FirstNonFinite(values, count);
  return census;
}

// The larger magnitude; of a NaN and a number, either.
HWY_INLINE Vector LargerMagnitude(Vector largest, Vector x) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  return Vector{_mm512_range_ps(largest.raw, x.raw, 0x0B)};  // in one operation
#else
  return hn::Max(hn::Abs(x), largest);
#endif
}

QuickSums Quick(const float* HWY_RESTRICT values, std::size_t count) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  Vector largest[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  QuickSums sums;
  std::size_t i = 0;
  while (i + lanes <= count) {
    Vector square[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    const auto take = [&](int which, std::size_t at) HWY_ATTR {
      const Vector x = hn::LoadU(d, values + at);
      square[which] = hn::MulAdd(x, x, square[which]);
      largest[which] = LargerMagnitude(largest[which], x);
    };
    const std::size_t last = std::min(count, i + 512 * lanes);
    for (; i + 4 * lanes <= last; i += 4 * lanes) {
      take(0, i);
      take(1, i + lanes);
      take(2, i + 2 * lanes);
      take(3, i + 3 * lanes);
    }
    for (; i + lanes <= last; i += lanes) take(0, i);
    sums.square_sum += SumOf(hn::Add(hn::Add(square[0], square[1]), hn::Add(square[2], square[3])));
  }
  const Vector most = hn::Max(hn::Max(largest[0], largest[1]), hn::Max(largest[2], largest[3]));
  sums.largest_magnitude = hn::GetLane(hn::MaxOfLanes(d, most));
  for (; i < count; ++i) {
    sums.square_sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    sums.largest_magnitude = std::max(sums.largest_magnitude, std::abs(values[i]));
  }
  return sums;
}

double WideSquareSum(const float* HWY_RESTRICT values, std::size_t count) {
  const Doubles d;
  const hn::Rebind<float, Doubles> half;
  const std::size_t lanes = hn::Lanes(d);
  auto first = hn::Zero(d);
  auto second = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    const auto x = hn::PromoteTo(d, hn::LoadU(half, values + i));
    const auto y = hn::PromoteTo(d, hn::LoadU(half, values + i + lanes));
    first = hn::MulAdd(x, x, first);
    second = hn::MulAdd(y, y, second);
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(first, second)));
  for (; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return sum;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace fanin
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin {

HWY_EXPORT(BlockValues);
HWY_EXPORT(Moments);
HWY_EXPORT(Census);
HWY_EXPORT(Quick);
HWY_EXPORT(WideSquareSum);

std::size_t block_values() noexcept { return HWY_DYNAMIC_DISPATCH(BlockValues)(); }

BlockMoments block_moments(const float* values, std::size_t count, BlockScale scale, float saturation_limit,
                           bool skips) noexcept {
  return HWY_DYNAMIC_DISPATCH(Moments)(values, count, scale, saturation_limit, skips);
}

BlockCensus block_census(const float* values, std::size_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(Census)(values, count);
}

QuickSums quick_sums(const float* values, std::size_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(Quick)(values, count);
}

double wide_square_sum(const float* values, std::size_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(WideSquareSum)(values, count);
}

}  // namespace fanin
#endif
