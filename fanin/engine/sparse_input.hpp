// Products of a first layer whose inputs are largely zero, as images are: only the non-zero inputs
// are multiplied. Half of Fashion-MNIST's pixels are zero and four fifths of MNIST's, so this beats
// the dense product at its own full speed. Results differ from the dense product in rounding only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fanin::engine {

/// From this fraction of zeros on, skipping them pays.
inline constexpr double kSparseInput = 0.3;

/// Rows of a batch rounded up to whole 64-bit masks.
constexpr std::int64_t padded_rows(std::int64_t rows) noexcept { return (rows + 63) / 64 * 64; }

/// A batch by feature: values [features, padded_rows] and a bit per value that is not zero.
struct FeatureMajor {
  std::int64_t features = 0;
  std::int64_t padded_rows = 0;
  float* values = nullptr;         ///< [features, padded_rows]; rows beyond the batch are zero
  std::uint64_t* nonzero = nullptr;  ///< [features, padded_rows / 64]
};

/// Whether weight_gradient_of_features can run: `out` must be whole SIMD vectors.
bool sparse_input_supports(std::int64_t out) noexcept;

/// Fills `batch` from x [rows, features]. NaN counts as not zero.
void index_features(const float* x, std::int64_t rows, const FeatureMajor& batch) noexcept;

/// Floats of scratch that pack_output_gradient fills: [rows, out] in column blocks.
std::int64_t packed_floats(std::int64_t rows, std::int64_t out) noexcept;

/// Copies dy [rows, out] block of columns by block of columns, each of which then fits in L1.
void pack_output_gradient(const float* dy, std::int64_t rows, std::int64_t out, float* packed) noexcept;

/// What to bring into cache while computing: rows [feature, out] of up to three arrays.
struct PrefetchRows {
  const float* arrays[3] = {nullptr, nullptr, nullptr};
};

/// gradient[i, :] = sum over rows of x[row, first + i] dy[row, :] for i in [0, count), rows in order.
/// @param packed    from pack_output_gradient.
/// @param gradient  [count, out].
void weight_gradient_of_features(const FeatureMajor& batch, std::int64_t first, std::int64_t count, std::int64_t rows,
                                 std::int64_t out, const float* packed, float* gradient,
                                 const PrefetchRows& prefetch) noexcept;

}  // namespace fanin::engine
