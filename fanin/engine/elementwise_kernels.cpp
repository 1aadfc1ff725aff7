#include <algorithm>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/elementwise_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/engine/elementwise_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Calls vectors(d, i) for whole vectors, two at a time, then for single lanes.
template <class Step>
HWY_INLINE void ForEach(std::size_t count, const Step& step) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    step(d, i);
    step(d, i + lanes);
  }
  for (; i + lanes <= count; i += lanes) step(d, i);
  for (; i < count; ++i) step(one, i);
}

void Add(std::size_t count, const float* a, const float* b, float* to) {
  ForEach(count, [&](auto d, std::size_t i)
                     HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, to + i); });
}

void AddAndRectify(std::size_t count, const float* a, const float* b, float* to) {
  ForEach(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto sum = hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
    hn::StoreU(hn::IfThenElse(hn::Lt(sum, hn::Zero(d)), hn::Zero(d), sum), d, to + i);
  });
}

void RectifiedGradient(std::size_t count, const float* y, const float* dy, float* dx) {
  ForEach(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto dead = hn::Le(hn::LoadU(d, y + i), hn::Zero(d));
    hn::StoreU(hn::IfThenElse(dead, hn::Zero(d), hn::LoadU(d, dy + i)), d, dx + i);
  });
}

void Multiply(std::size_t count, float factor, const float* x, float* to) {
  ForEach(count, [&](auto d, std::size_t i)
                     HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::Set(d, factor)), d, to + i); });
}

void Shift(std::size_t count, float amount, const float* x, float* to) {
  ForEach(count, [&](auto d, std::size_t i)
                     HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, x + i), hn::Set(d, amount)), d, to + i); });
}

void Product(std::size_t count, const float* a, const float* b, float* to) {
  ForEach(count, [&](auto d, std::size_t i)
                     HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, to + i); });
}

// Blocks bound the rounding of the lanes' sums.
template <class Term>
HWY_INLINE double BlockSums(std::size_t count, const Term& term) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const std::size_t lanes = hn::Lanes(d);
  constexpr std::size_t kBlock = 4096;
  double total = 0;
  for (std::size_t first = 0; first < count; first += kBlock) {
    const std::size_t last = std::min(count, first + kBlock);
    auto s0 = hn::Zero(d);
    auto s1 = hn::Zero(d);
    auto s2 = hn::Zero(d);
    auto s3 = hn::Zero(d);
    std::size_t i = first;
    for (; i + 4 * lanes <= last; i += 4 * lanes) {
      s0 = hn::Add(s0, term(d, i));
      s1 = hn::Add(s1, term(d, i + lanes));
      s2 = hn::Add(s2, term(d, i + 2 * lanes));
      s3 = hn::Add(s3, term(d, i + 3 * lanes));
    }
    for (; i + lanes <= last; i += lanes) s0 = hn::Add(s0, term(d, i));
    float rest = 0;
    for (; i < last; ++i) rest += hn::GetLane(term(one, i));
    const float whole = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
    total += static_cast<double>(whole) + static_cast<double>(rest);
  }
  return total;
}

double Dot(std::size_t count, const float* a, const float* b) {
  return BlockSums(count,
                   [&](auto d, std::size_t i) HWY_ATTR { return hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i)); });
}

double Sum(std::size_t count, const float* x) {
  return BlockSums(count, [&](auto d, std::size_t i) HWY_ATTR { return hn::LoadU(d, x + i); });
}

void MultiplyRows(std::size_t rows, std::size_t units, const float* x, const float* factors, float* to) {
  for (std::size_t row = 0; row < rows; ++row) Product(units, x + row * units, factors, to + row * units);
}

void SumProductsOfRows(std::size_t rows, std::size_t units, const float* a, const float* b, float* sums) {
  std::fill_n(sums, units, 0.0F);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t at = row * units;
    ForEach(units, [&](auto d, std::size_t i) HWY_ATTR {
      const auto term = hn::Mul(hn::LoadU(d, a + at + i), hn::LoadU(d, b + at + i));
      hn::StoreU(hn::Add(hn::LoadU(d, sums + i), term), d, sums + i);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(Add);
HWY_EXPORT(AddAndRectify);
HWY_EXPORT(RectifiedGradient);
HWY_EXPORT(Multiply);
HWY_EXPORT(Shift);
HWY_EXPORT(Product);
HWY_EXPORT(Dot);
HWY_EXPORT(Sum);
HWY_EXPORT(MultiplyRows);
HWY_EXPORT(SumProductsOfRows);

void add(std::size_t count, const float* a, const float* b, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(Add)(count, a, b, to);
}
void add_and_rectify(std::size_t count, const float* a, const float* b, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(AddAndRectify)(count, a, b, to);
}
void rectified_gradient(std::size_t count, const float* y, const float* dy, float* dx) noexcept {
  HWY_DYNAMIC_DISPATCH(RectifiedGradient)(count, y, dy, dx);
}
void multiply(std::size_t count, float factor, const float* x, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(Multiply)(count, factor, x, to);
}
void shift(std::size_t count, float amount, const float* x, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(Shift)(count, amount, x, to);
}
void product(std::size_t count, const float* a, const float* b, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(Product)(count, a, b, to);
}
double dot(std::size_t count, const float* a, const float* b) noexcept {
  return HWY_DYNAMIC_DISPATCH(Dot)(count, a, b);
}
double sum(std::size_t count, const float* x) noexcept { return HWY_DYNAMIC_DISPATCH(Sum)(count, x); }
void multiply_rows(std::size_t rows, std::size_t units, const float* x, const float* factors, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(MultiplyRows)(rows, units, x, factors, to);
}
void sum_products_of_rows(std::size_t rows, std::size_t units, const float* a, const float* b, float* sums) noexcept {
  HWY_DYNAMIC_DISPATCH(SumProductsOfRows)(rows, units, a, b, sums);
}

}  // namespace fanin::engine
#endif
