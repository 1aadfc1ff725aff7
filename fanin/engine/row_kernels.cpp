#include <algorithm>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/row_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include "fanin/engine/row_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#include "fanin/engine/lane_loops-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

void AddToRows(std::size_t rows, std::size_t units, const float* x, const float* addend, float* to) {
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t at = row * units;
    ForEachVector(units, [&](auto d, std::size_t i) HWY_ATTR {
      hn::StoreU(hn::Add(hn::LoadU(d, x + at + i), hn::LoadU(d, addend + i)), d, to + at + i);
    });
  }
}

void SumOfRows(std::size_t rows, std::size_t units, std::size_t stride, const float* x, float* sums) {
  std::fill_n(sums, units, 0.0F);
  std::size_t row = 0;
  for (; row + 8 <= rows; row += 8) {
    const float* const a = x + row * stride;
    ForEachVector(units, [&](auto d, std::size_t i) HWY_ATTR {
      const auto at = [&](std::size_t r) HWY_ATTR { return hn::LoadU(d, a + r * stride + i); };
      const auto low = hn::Add(hn::Add(at(0), at(1)), hn::Add(at(2), at(3)));
      const auto high = hn::Add(hn::Add(at(4), at(5)), hn::Add(at(6), at(7)));
      hn::StoreU(hn::Add(hn::LoadU(d, sums + i), hn::Add(low, high)), d, sums + i);
    });
  }
  for (; row < rows; ++row) {
    const float* const a = x + row * stride;
    ForEachVector(units, [&](auto d, std::size_t i) HWY_ATTR {
      hn::StoreU(hn::Add(hn::LoadU(d, sums + i), hn::LoadU(d, a + i)), d, sums + i);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(AddToRows);
HWY_EXPORT(SumOfRows);

void add_to_rows(std::size_t rows, std::size_t units, const float* x, const float* addend, float* to) noexcept {
  HWY_DYNAMIC_DISPATCH(AddToRows)(rows, units, x, addend, to);
}
void sum_of_rows(std::size_t rows, std::size_t units, std::size_t stride, const float* x, float* sums) noexcept {
  HWY_DYNAMIC_DISPATCH(SumOfRows)(rows, units, stride, x, sums);
}

}  // namespace fanin::engine
#endif
