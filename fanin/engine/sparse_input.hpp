// Products of a first layer whose inputs are largely zero, as images are: only the non-zero inputs
// are multiplied. Half of Fashion-MNIST's pixels are zero and four fifths of MNIST's, so this beats
// the dense product at its own full speed. Results differ from the dense product in rounding only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fanin::engine {

/// From this fraction of zeros on, skipping them pays.
inline constexpr double kSparseInput = 0.3;

/// Where a batch x [rows, features] is not zero: a bit per value, by row and by feature.
struct NonzeroInputs {
  const float* x = nullptr;
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::uint64_t* by_row = nullptr;      ///< [row][group of 64 features]
  std::uint64_t* by_feature = nullptr;  ///< [feature][group of 64 rows]
};

/// 64-bit words that each of NonzeroInputs' bit arrays takes.
std::int64_t nonzero_words(std::int64_t rows, std::int64_t features) noexcept;

/// Sets the bits by row. NaN counts as not zero.
void find_nonzero(const NonzeroInputs& batch) noexcept;
/// Sets the bits by feature from those by row.
void transpose_nonzero(const NonzeroInputs& batch) noexcept;

/// y [rows, out] = x weights, with weights [features, out]. Rows with similarly many zeros are taken
/// four at a time, and the inputs that are zero in all four are skipped.
/// @param order  scratch for `rows` row numbers.
void multiply_nonzero(const NonzeroInputs& batch, const float* weights, std::int64_t out, std::int64_t* order,
                      float* y) noexcept;

/// Whether the two products can run: `out` must be whole SIMD vectors.
bool sparse_input_supports(std::int64_t out) noexcept;

/// Copies dy [rows, out] to `packed`, block of columns by block of columns, each of which fits in L1.
void pack_output_gradient(const float* dy, std::int64_t rows, std::int64_t out, float* packed) noexcept;

/// gradient[i, :] = sum over rows of x[row, first + i] dy[row, :] for i in [0, count), rows in order.
/// @param packed    dy [rows, out] from pack_output_gradient.
/// @param gradient  [count, out].
void weight_gradient_rows(const NonzeroInputs& batch, std::int64_t first, std::int64_t count, std::int64_t out,
                          const float* packed, float* gradient) noexcept;

}  // namespace fanin::engine
