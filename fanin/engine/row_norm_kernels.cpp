#include <algorithm>
#include <cmath>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/row_norm_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/engine/part-inl.hpp"
#include "fanin/engine/row_norm_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

// Calls step(first unit, how many of a vector).
template <class Step>
HWY_INLINE void ForParts(std::size_t lanes, std::size_t units, const Step& step) {
  std::size_t i = 0;
  for (; i + lanes <= units; i += lanes) step(i, lanes);
  if (i < units) step(i, units - i);
}

// The mean of term(first unit, how many of a vector) over a row. Two sums, so that one addition need not wait
// for the other; lanes past the row's end must be zero.
template <class Term>
HWY_INLINE float MeanOverRow(std::size_t units, const Term& term) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d);
  auto s1 = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= units; i += 2 * lanes) {
    s0 = hn::Add(s0, term(i, lanes));
    s1 = hn::Add(s1, term(i + lanes, lanes));
  }
  ForParts(lanes, units - i, [&](std::size_t at, std::size_t part) HWY_ATTR { s0 = hn::Add(s0, term(i + at, part)); });
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(s0, s1))) / static_cast<float>(units);
}

HWY_INLINE float RowMean(std::size_t units, const float* x) {
  const hn::ScalableTag<float> d;
  return MeanOverRow(units, [&](std::size_t i, std::size_t part) HWY_ATTR { return LoadPart(d, x + i, part, 0.0F); });
}

// The mean square of the differences from `mean`.
HWY_INLINE float RowVariance(std::size_t units, const float* x, float mean) {
  const hn::ScalableTag<float> d;
  return MeanOverRow(units, [&](std::size_t i, std::size_t part) HWY_ATTR {
    const auto difference = hn::Sub(LoadPart(d, x + i, part, mean), hn::Set(d, mean));
    return hn::Mul(difference, difference);
  });
}

void RowNormForward(const RowNorm& norm, const float* x, float* y, float* saved) {
  const hn::ScalableTag<float> d;
  for (std::size_t row = 0; row < norm.rows; ++row, x += norm.units, y += norm.units) {
    const float mean = norm.centers ? RowMean(norm.units, x) : 0.0F;
    const float inverse = 1.0F / std::sqrt(RowVariance(norm.units, x, mean) + norm.epsilon);
    if (saved != nullptr) {
      saved[2 * row] = mean;
      saved[2 * row + 1] = inverse;
    }
    const auto center = hn::Set(d, mean);
    const auto factor = hn::Set(d, inverse);
    ForParts(hn::Lanes(d), norm.units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      auto value = hn::Mul(hn::Sub(LoadPart(d, x + i, part, 0.0F), center), factor);
      if (norm.scale != nullptr) value = hn::Mul(value, LoadPart(d, norm.scale + i, part, 0.0F));
      if (norm.shift != nullptr) value = hn::Add(value, LoadPart(d, norm.shift + i, part, 0.0F));
      StorePart(d, value, y + i, part);
    });
  }
}

void RowNormGradient(const RowNorm& norm, const float* x, const float* dy, const float* saved, float* dx,
                     float* of_scale, float* of_shift) {
  const hn::ScalableTag<float> d;
  if (of_scale != nullptr) std::fill_n(of_scale, norm.units, 0.0F);
  if (of_shift != nullptr) std::fill_n(of_shift, norm.units, 0.0F);
  const float per_unit = 1.0F / static_cast<float>(norm.units);
  for (std::size_t row = 0; row < norm.rows; ++row) {
    const float* const values = x + row * norm.units;
    const float* const slopes = dy + row * norm.units;
    const auto center = hn::Set(d, saved[2 * row]);
    const auto inverse = hn::Set(d, saved[2 * row + 1]);
    auto sum = hn::Zero(d);      // of scale·dy
    auto product = hn::Zero(d);  // of scale·dy times the normalized value
    ForParts(hn::Lanes(d), norm.units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      const auto normalized = hn::Mul(hn::Sub(LoadPart(d, values + i, part, 0.0F), center), inverse);
      auto slope = LoadPart(d, slopes + i, part, 0.0F);
      if (of_shift != nullptr) {
        StorePart(d, hn::Add(LoadPart(d, of_shift + i, part, 0.0F), slope), of_shift + i, part);
      }
      if (of_scale != nullptr) {
        const auto term = hn::MulAdd(slope, normalized, LoadPart(d, of_scale + i, part, 0.0F));
        StorePart(d, term, of_scale + i, part);
      }
      if (norm.scale != nullptr) slope = hn::Mul(slope, LoadPart(d, norm.scale + i, part, 0.0F));
      sum = hn::Add(sum, slope);
      product = hn::MulAdd(slope, normalized, product);
    });
    if (dx == nullptr) continue;
    const auto share = hn::Set(d, per_unit);
    const auto mean_slope = norm.centers ? hn::Mul(hn::SumOfLanes(d, sum), share) : hn::Zero(d);
    const auto mean_product = hn::Mul(hn::SumOfLanes(d, product), share);
    float* const to = dx + row * norm.units;
    ForParts(hn::Lanes(d), norm.units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      const auto normalized = hn::Mul(hn::Sub(LoadPart(d, values + i, part, 0.0F), center), inverse);
      auto slope = LoadPart(d, slopes + i, part, 0.0F);
      if (norm.scale != nullptr) slope = hn::Mul(slope, LoadPart(d, norm.scale + i, part, 0.0F));
      const auto rest = hn::NegMulAdd(normalized, mean_product, hn::Sub(slope, mean_slope));
      StorePart(d, hn::Mul(rest, inverse), to + i, part);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(RowNormForward);
HWY_EXPORT(RowNormGradient);

void row_norm(const RowNorm& norm, const float* x, float* y, float* saved) noexcept {
  HWY_DYNAMIC_DISPATCH(RowNormForward)(norm, x, y, saved);
}
void row_norm_gradient(const RowNorm& norm, const float* x, const float* dy, const float* saved, float* dx,
                       float* of_scale, float* of_shift) noexcept {
  HWY_DYNAMIC_DISPATCH(RowNormGradient)(norm, x, dy, saved, dx, of_scale, of_shift);
}

}  // namespace fanin::engine
#endif
