// Layer and RMS normalization of rows of units: every row stays in the first cache while it is measured,
// normalized, scaled and shifted.
#pragma once

#include <cstddef>

namespace fanin::engine {

struct RowNorm {
  std::size_t rows = 0;
  std::size_t units = 0;
  float epsilon = 0;
  bool centers = true;           ///< layer_norm: around the row's mean; rms_norm: around zero
  const float* scale = nullptr;  ///< [units], null: 1
  const float* shift = nullptr;  ///< [units], null: 0
};

/// y = (x - mean)/√(mean square + ε)·scale + shift, row by row. y may be x.
/// @param saved  [rows, 2]: each row's mean and 1/√(…), for the gradient; may be null.
void row_norm(const RowNorm& norm, const float* x, float* y, float* saved) noexcept;

/// The gradients of row_norm; dx may be dy, and null where nobody needs it.
/// @param of_scale, of_shift  [units], overwritten with sums over the rows in their order; null where there is none.
void row_norm_gradient(const RowNorm& norm, const float* x, const float* dy, const float* saved, float* dx,
                       float* of_scale, float* of_shift) noexcept;

}  // namespace fanin::engine
