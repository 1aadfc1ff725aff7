// softmax and its logarithm along rows, and their gradients. Source pointers may equal the destination.
#pragma once

#include <cstddef>

namespace fanin::engine {

/// y = exp(x - max x)/Σ exp(x - max x), row by row.
void softmax_rows(std::size_t rows, std::size_t units, const float* x, float* y) noexcept;
/// dx = y·(dy - Σ y·dy).
void softmax_rows_gradient(std::size_t rows, std::size_t units, const float* y, const float* dy, float* dx) noexcept;
/// y = x - max x - log Σ exp(x - max x).
void log_softmax_rows(std::size_t rows, std::size_t units, const float* x, float* y) noexcept;
/// dx = dy - exp(y)·Σ dy.
void log_softmax_rows_gradient(std::size_t rows, std::size_t units, const float* y, const float* dy,
                               float* dx) noexcept;

}  // namespace fanin::engine
