#include <algorithm>
#include <cmath>
#include <limits>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/softmax_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#include "fanin/engine/part-inl.hpp"
#include "fanin/engine/softmax_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

// Calls step(first unit, how many of a vector).
template <class Step>
HWY_INLINE void ForParts(std::size_t lanes, std::size_t units, const Step& step) {
  std::size_t i = 0;
  for (; i + lanes <= units; i += lanes) step(i, lanes);
  if (i < units) step(i, units - i);
}

// Highway's exponential makes a number of NaN, and a lost NaN is a lost diagnosis.
template <class D, class V>
HWY_INLINE V ExpOrNaN(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, x));
}

HWY_INLINE float Largest(std::size_t units, const float* x) {
  const hn::ScalableTag<float> d;
  auto largest = hn::Set(d, kLowest);
  ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
    largest = hn::Max(largest, LoadPart(d, x + i, part, kLowest));
  });
  return hn::GetLane(hn::MaxOfLanes(d, largest));
}

void SoftmaxRows(std::size_t rows, std::size_t units, const float* x, float* y) {
  const hn::ScalableTag<float> d;
  for (std::size_t row = 0; row < rows; ++row, x += units, y += units) {
    const auto largest = hn::Set(d, Largest(units, x));
    auto sum = hn::Zero(d);
    ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      const auto e = ExpOrNaN(d, hn::Sub(LoadPart(d, x + i, part, kLowest), largest));
      sum = hn::Add(sum, e);
      StorePart(d, e, y + i, part);
    });
    const auto inverse = hn::Set(d, 1.0F / hn::GetLane(hn::SumOfLanes(d, sum)));
    ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      StorePart(d, hn::Mul(LoadPart(d, y + i, part, 0.0F), inverse), y + i, part);
    });
  }
}

void SoftmaxRowsGradient(std::size_t rows, std::size_t units, const float* y, const float* dy, float* dx) {
  const hn::ScalableTag<float> d;
  for (std::size_t row = 0; row < rows; ++row, y += units, dy += units, dx += units) {
    auto sum = hn::Zero(d);
    ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      sum = hn::MulAdd(LoadPart(d, y + i, part, 0.0F), LoadPart(d, dy + i, part, 0.0F), sum);
    });
    sum = hn::SumOfLanes(d, sum);
    ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      const auto difference = hn::Sub(LoadPart(d, dy + i, part, 0.0F), sum);
      StorePart(d, hn::Mul(LoadPart(d, y + i, part, 0.0F), difference), dx + i, part);
    });
  }
}

void LogSoftmaxRows(std::size_t rows, std::size_t units, const float* x, float* y) {
  const hn::ScalableTag<float> d;
  for (std::size_t row = 0; row < rows; ++row, x += units, y += units) {
    const float largest = Largest(units, x);
    auto sum = hn::Zero(d);
    ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      sum = hn::Add(sum, ExpOrNaN(d, hn::Sub(LoadPart(d, x + i, part, kLowest), hn::Set(d, largest))));
    });
    // Two differences: near-certain classes keep their digits when the logits are large.
    const float log_sum = std::log(hn::GetLane(hn::SumOfLanes(d, sum)));
    ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      const auto shifted = hn::Sub(LoadPart(d, x + i, part, 0.0F), hn::Set(d, largest));
      StorePart(d, hn::Sub(shifted, hn::Set(d, log_sum)), y + i, part);
    });
  }
}

void LogSoftmaxRowsGradient(std::size_t rows, std::size_t units, const float* y, const float* dy, float* dx) {
  const hn::ScalableTag<float> d;
  for (std::size_t row = 0; row < rows; ++row, y += units, dy += units, dx += units) {
    auto sum = hn::Zero(d);
    ForParts(hn::Lanes(d), units,
             [&](std::size_t i, std::size_t part) HWY_ATTR { sum = hn::Add(sum, LoadPart(d, dy + i, part, 0.0F)); });
    sum = hn::SumOfLanes(d, sum);
    ForParts(hn::Lanes(d), units, [&](std::size_t i, std::size_t part) HWY_ATTR {
      const auto share = hn::Mul(ExpOrNaN(d, LoadPart(d, y + i, part, 0.0F)), sum);
      StorePart(d, hn::Sub(LoadPart(d, dy + i, part, 0.0F), share), dx + i, part);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(SoftmaxRows);
HWY_EXPORT(SoftmaxRowsGradient);
HWY_EXPORT(LogSoftmaxRows);
HWY_EXPORT(LogSoftmaxRowsGradient);

void softmax_rows(std::size_t rows, std::size_t units, const float* x, float* y) noexcept {
  HWY_DYNAMIC_DISPATCH(SoftmaxRows)(rows, units, x, y);
}
void softmax_rows_gradient(std::size_t rows, std::size_t units, const float* y, const float* dy, float* dx) noexcept {
  HWY_DYNAMIC_DISPATCH(SoftmaxRowsGradient)(rows, units, y, dy, dx);
}
void log_softmax_rows(std::size_t rows, std::size_t units, const float* x, float* y) noexcept {
  HWY_DYNAMIC_DISPATCH(LogSoftmaxRows)(rows, units, x, y);
}
void log_softmax_rows_gradient(std::size_t rows, std::size_t units, const float* y, const float* dy,
                               float* dx) noexcept {
  HWY_DYNAMIC_DISPATCH(LogSoftmaxRowsGradient)(rows, units, y, dy, dx);
}

}  // namespace fanin::engine
#endif
