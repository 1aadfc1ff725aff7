// Loops over the rows of a matrix that biases need: one value per column for all rows, and the sum of a column.
#pragma once

#include <cstddef>

namespace fanin::engine {

/// to[row][unit] = x[row][unit] + addend[unit]; `to` may be x.
void add_to_rows(std::size_t rows, std::size_t units, const float* x, const float* addend, float* to) noexcept;

/// sums[unit] = Σ over rows of x[row · stride + unit]: eight rows at a time by pairs, then in order.
void sum_of_rows(std::size_t rows, std::size_t units, std::size_t stride, const float* x, float* sums) noexcept;

}  // namespace fanin::engine
