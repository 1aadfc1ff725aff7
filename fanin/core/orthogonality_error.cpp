#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/core/orthogonal.hpp"

namespace fanin {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Wide = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Given = Eigen::Map<const RowMajor>;

constexpr std::int64_t kExact = 256;  // vectors whose whole Gram matrix is formed
constexpr std::int64_t kProbes = 32;
constexpr std::int64_t kChunk = 64;  // rows converted to double at a time

/// Fixed ±1 numbers: the low bit of SplitMix64's output i.
Wide signs(std::int64_t rows) {
  Wide result(rows, kProbes);
  for (std::int64_t i = 0; i < rows * kProbes; ++i) {
    std::uint64_t z = (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    result(i / kProbes, i % kProbes) = ((z ^ (z >> 31)) & 1) != 0 ? 1.0 : -1.0;
  }
  return result;
}

/// Calls f(first row, rows as doubles) for chunks of rows.
template <typename F>
void for_rows(const Given& q, const F& f) {
  for (std::int64_t first = 0; first < q.rows(); first += kChunk) {
    f(first, Wide(q.middleRows(first, std::min(kChunk, q.rows() - first)).cast<double>()));
  }
}

/// (QᵀQ)·x for columns as vectors, (QQᵀ)·x for rows as vectors.
Wide gram_times(const Given& q, bool vectors_are_rows, const Wide& x) {
  Wide result = Wide::Zero(x.rows(), x.cols());
  if (!vectors_are_rows) {
    for_rows(q, [&](std::int64_t, const Wide& rows) { result.noalias() += rows.transpose() * (rows * x).eval(); });
    return result;
  }
  Wide projected = Wide::Zero(q.cols(), x.cols());
  for_rows(q, [&](std::int64_t first, const Wide& rows) {
    projected.noalias() += rows.transpose() * x.middleRows(first, rows.rows());
  });
  for_rows(q, [&](std::int64_t first, const Wide& rows) {
    result.middleRows(first, rows.rows()).noalias() = rows * projected;
  });
  return result;
}

}  // namespace

double orthogonality_error(std::int64_t rows, std::int64_t columns, std::span<const float> q) {
  if (rows < 1 || columns < 1 || q.size() != static_cast<std::size_t>(rows * columns)) {
    throw Error(
        ErrorCode::bad_shape, "orthogonality_error",
        "q holds " + std::to_string(q.size()) + " values, not rows*columns = " + std::to_string(rows * columns));
  }
  const Given given(q.data(), rows, columns);
  const bool vectors_are_rows = rows <= columns;
  const std::int64_t vectors = std::min(rows, columns);
  const bool exact = vectors <= kExact;
  const Wide x = exact ? Wide(Wide::Identity(vectors, vectors)) : signs(vectors);
  const double norm = (gram_times(given, vectors_are_rows, x) - x).norm();
  return exact ? norm : norm / std::sqrt(static_cast<double>(kProbes));
}

}  // namespace fanin
