// Element-wise loops that several ops and the executor share: bound by memory, vectors as wide as the
// processor has them. Pointers may be equal unless said otherwise; they may not overlap in part.
#pragma once

#include <cstddef>

namespace fanin::engine {

/// to[i] = a[i] + b[i].
void add(std::size_t count, const float* a, const float* b, float* to) noexcept;
/// to[i] = max(0, a[i] + b[i]); NaN stays NaN.
void add_and_rectify(std::size_t count, const float* a, const float* b, float* to) noexcept;
/// dx[i] = 0 where y[i] <= 0, else dy[i].
void rectified_gradient(std::size_t count, const float* y, const float* dy, float* dx) noexcept;
/// to[i] = factor * x[i].
void multiply(std::size_t count, float factor, const float* x, float* to) noexcept;
/// to[i] = x[i] + amount.
void shift(std::size_t count, float amount, const float* x, float* to) noexcept;
/// to[i] = a[i] * b[i].
void product(std::size_t count, const float* a, const float* b, float* to) noexcept;
/// Σ a[i] * b[i], in blocks of single precision that are added in double.
double dot(std::size_t count, const float* a, const float* b) noexcept;
/// Σ x[i], likewise.
double sum(std::size_t count, const float* x) noexcept;
/// to[row][unit] = x[row][unit] * factors[unit].
void multiply_rows(std::size_t rows, std::size_t units, const float* x, const float* factors, float* to) noexcept;
/// sums[unit] = Σ over rows of a[row][unit] * b[row][unit], rows in their order. `sums` is apart from both.
void sum_products_of_rows(std::size_t rows, std::size_t units, const float* a, const float* b, float* sums) noexcept;

}  // namespace fanin::engine
