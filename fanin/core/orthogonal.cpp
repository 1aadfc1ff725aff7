#include "fanin/core/orthogonal.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <thread>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"

namespace fanin {
namespace {

constexpr std::int64_t kBlock = 128;  // Householder vectors multiplied out at once
constexpr std::int64_t kPanel = 128;  // result vectors one thread works on at once
constexpr std::int64_t kChunk = 128;  // products summed in one go

/// Runs job(0) … job(count - 1) on `threads` threads, each with single-threaded matrix products.
/// The threads are always new: the caller's own thread setting stays as it is.
void run_jobs(std::int64_t count, int threads, const std::function<void(std::int64_t)>& job) {
  std::atomic<std::int64_t> next{0};
  const auto work = [&] {
    use_one_thread();
    for (std::int64_t i = next++; i < count; i = next++) job(i);
  };
  std::vector<std::jthread> workers;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(threads, count); ++i) workers.emplace_back(work);
}

using RowStride = Eigen::OuterStride<>;
template <typename T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void multiply(const Gemm& g, const float* a, const float* b, float* c) { gemm(g, a, b, c); }

/// The same in double precision; transpose_a is not needed here.
void multiply(const Gemm& g, const double* a, const double* b, double* c) {
  const bool transposed = g.transpose_b == Transpose::yes;
  const Eigen::Map<const RowMajor<double>, 0, RowStride> left(a, g.m, g.k, RowStride(g.lda));
  const Eigen::Map<const RowMajor<double>, 0, RowStride> right(b, transposed ? g.n : g.k, transposed ? g.k : g.n,
                                                               RowStride(g.ldb));
  Eigen::Map<RowMajor<double>, 0, RowStride> result(c, g.m, g.n, RowStride(g.ldc));
  if (g.beta == 0.0F) result.setZero();
  if (transposed) {
    result.noalias() += left * right.transpose();
  } else {
    result.noalias() += left * right;
  }
}

/// The k reflectors I - 2vvᵀ, v rounded to T, in blocks H₁H₂…H_b = I - VᵀTV, V [b, n].
template <typename T>
class Reflectors {
 public:
  Reflectors(std::int64_t k, std::int64_t n, std::span<T> normals)
      : k_(k),
        n_(n),
        vectors_(normals),
        factors_(static_cast<std::size_t>(blocks() * kBlock * kBlock)),
        signs_(static_cast<std::size_t>(k)) {}

  [[nodiscard]] std::int64_t blocks() const noexcept { return (k_ + kBlock - 1) / kBlock; }

  /// Turns the normal vectors of one block into V and T.
  void prepare_block(std::int64_t block) {
    const std::int64_t begin = block * kBlock;
    const std::int64_t size = std::min(kBlock, k_ - begin);
    std::vector<double> half_squares(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i) half_squares[static_cast<std::size_t>(i)] = reflect(begin + i, begin);
    std::vector<T> gram(static_cast<std::size_t>(size * size));
    const T* v = row(begin) + begin;
    project(v, size, v, size, n_ - begin, gram.data());
    invert(gram, half_squares, size, factors_.data() + block * kBlock * kBlock);
  }

  /// Writes result vectors [first, last): rows of the [k, n] matrix with orthonormal rows.
  void multiply_out(std::int64_t first, std::int64_t last, T* out) const {
    const std::int64_t rows = last - first;
    std::fill(out, out + rows * n_, T{0});
    for (std::int64_t r = 0; r < rows; ++r) out[r * n_ + first + r] = signs_[static_cast<std::size_t>(first + r)];
    AlignedBuffer<T> product(static_cast<std::size_t>(2 * rows * kBlock));
    T* projected = product.data();
    T* weighted = product.data() + rows * kBlock;
    // Later reflectors leave these unit vectors alone, and each block touches coordinates >= its begin.
    for (std::int64_t block = (last - 1) / kBlock; block >= 0; --block) {
      const std::int64_t begin = block * kBlock;
      const std::int64_t size = std::min(kBlock, k_ - begin);
      const T* v = row(begin) + begin;
      project(out + begin, rows, v, size, n_ - begin, projected);
      multiply({.m = rows, .n = size, .k = size, .lda = size, .ldb = size, .ldc = size}, projected,
               factors_.data() + block * kBlock * kBlock, weighted);
      multiply({.m = rows, .n = n_ - begin, .k = size, .lda = size, .ldb = n_, .ldc = n_, .beta = 1.0F}, weighted, v,
               out + begin);
    }
  }

 private:
  [[nodiscard]] T* row(std::int64_t i) const noexcept { return vectors_.data() + i * n_; }

  /// Makes vector i the unit vector that reflects its normal vector x onto ∓|x|e₁, clears what
  /// precedes it in its block, and returns half its squared length as rounded.
  double reflect(std::int64_t i, std::int64_t block_begin) {
    T* v = row(i);
    std::fill(v + block_begin, v + i, T{0});
    double square = 0;
    for (std::int64_t j = i; j < n_; ++j) square += static_cast<double>(v[j]) * static_cast<double>(v[j]);
    const double sign = std::signbit(v[i]) ? -1.0 : 1.0;
    const double head = static_cast<double>(v[i]) + sign * (square > 0 ? std::sqrt(square) : 1.0);
    const double rest = square - static_cast<double>(v[i]) * static_cast<double>(v[i]);
    const double scale = 1.0 / std::sqrt(std::max(rest, 0.0) + head * head);
    v[i] = static_cast<T>(head * scale);
    double half = 0.5 * static_cast<double>(v[i]) * static_cast<double>(v[i]);
    for (std::int64_t j = i + 1; j < n_; ++j) {
      v[j] = static_cast<T>(static_cast<double>(v[j]) * scale);
      half += 0.5 * static_cast<double>(v[j]) * static_cast<double>(v[j]);
    }
    signs_[static_cast<std::size_t>(i)] = static_cast<T>(-sign);  // the sign of R's diagonal
    return half;
  }

  /// result [rows, size] = a·vᵀ over `length` numbers, in chunks whose sums are added: shorter sums
  /// round less, which takes a quarter off the final error at no cost in time.
  void project(const T* a, std::int64_t rows, const T* v, std::int64_t size, std::int64_t length, T* result) const {
    for (std::int64_t c = 0; c < length; c += kChunk) {
      const std::int64_t width = std::min(kChunk, length - c);
      multiply({.transpose_b = Transpose::yes,
                .m = rows,
                .n = size,
                .k = width,
                .lda = n_,
                .ldb = n_,
                .ldc = size,
                .beta = c == 0 ? 0.0F : 1.0F},
               a + c, v + c, result);
    }
  }

  /// Writes -Tᵀ, T⁻¹ = strict upper part of VVᵀ + diag(half squares), by columns in double.
  static void invert(const std::vector<T>& gram, const std::vector<double>& half_squares, std::int64_t size,
                     T* minus_transposed) {
    std::vector<double> column(static_cast<std::size_t>(size));
    for (std::int64_t j = 0; j < size; ++j) {
      for (std::int64_t i = size - 1; i > j; --i) minus_transposed[j * size + i] = T{0};
      for (std::int64_t i = j; i >= 0; --i) {
        double sum = i == j ? 1.0 : 0.0;
        for (std::int64_t l = i + 1; l <= j; ++l) {
          sum -=
              static_cast<double>(gram[static_cast<std::size_t>(i * size + l)]) * column[static_cast<std::size_t>(l)];
        }
        column[static_cast<std::size_t>(i)] = sum / half_squares[static_cast<std::size_t>(i)];
        minus_transposed[j * size + i] = static_cast<T>(-column[static_cast<std::size_t>(i)]);
      }
    }
  }

  std::int64_t k_;
  std::int64_t n_;
  std::span<T> vectors_;
  AlignedBuffer<T> factors_;
  std::vector<T> signs_;
};

/// out[j * stride + i] = in[i * n + j] in tiles, for i < rows, j < n.
template <typename T>
void transpose_into(const T* in, std::int64_t rows, std::int64_t n, std::int64_t stride, T* out) {
  constexpr std::int64_t kTile = 32;
  for (std::int64_t j0 = 0; j0 < n; j0 += kTile) {
    for (std::int64_t i0 = 0; i0 < rows; i0 += kTile) {
      for (std::int64_t j = j0; j < std::min(n, j0 + kTile); ++j) {
        for (std::int64_t i = i0; i < std::min(rows, i0 + kTile); ++i) out[j * stride + i] = in[i * n + j];
      }
    }
  }
}

template <typename T>
void multiply_out_haar(const HaarOrthogonal& shape, std::span<T> normals, std::span<T> out) {
  const auto [k, n] = std::minmax(shape.rows, shape.columns);
  if (k < 1 || shape.threads < 1) {
    throw Error(ErrorCode::bad_value, "haar_orthogonal", "rows, columns and threads must be 1 or more");
  }
  const auto count = static_cast<std::size_t>(k * n);
  if (normals.size() != count || out.size() != count) {
    throw Error(ErrorCode::bad_shape, "haar_orthogonal",
                "normals and out must hold rows*columns = " + std::to_string(count) + " values each");
  }
  const std::int64_t vectors = k;
  const std::int64_t length = n;
  Reflectors<T> reflectors(vectors, length, normals);
  run_jobs(reflectors.blocks(), shape.threads, [&](std::int64_t block) { reflectors.prepare_block(block); });
  const std::int64_t panels = (vectors + kPanel - 1) / kPanel;
  run_jobs(panels, shape.threads, [&](std::int64_t job) {
    const std::int64_t first = (panels - 1 - job) * kPanel;  // the last panel is the longest job
    const std::int64_t last = std::min(vectors, first + kPanel);
    if (shape.rows <= shape.columns) {
      reflectors.multiply_out(first, last, out.data() + first * length);
      return;
    }
    AlignedBuffer<T> panel(static_cast<std::size_t>((last - first) * length));
    reflectors.multiply_out(first, last, panel.data());
    transpose_into(panel.data(), last - first, length, vectors, out.data() + first);
  });
}

}  // namespace

void haar_orthogonal(const HaarOrthogonal& shape, std::span<float> normals, std::span<float> out) {
  multiply_out_haar(shape, normals, out);
}

void haar_orthogonal(const HaarOrthogonal& shape, std::span<double> normals, std::span<double> out) {
  multiply_out_haar(shape, normals, out);
}

void orthogonal_factor(std::int64_t rows, std::int64_t columns, std::span<const float> matrix, std::span<float> out) {
  if (rows < 1 || columns < 1 || matrix.size() != static_cast<std::size_t>(rows * columns) ||
      out.size() != matrix.size()) {
    throw Error(ErrorCode::bad_shape, "orthogonal_factor",
                "matrix and out must hold rows*columns values each, 1 or more");
  }
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>;
  const Eigen::Map<const RowMajor<float>> given(matrix.data(), rows, columns);
  const bool tall = rows >= columns;
  const Matrix a = tall ? Matrix(given.cast<double>()) : Matrix(given.cast<double>().transpose());
  const Eigen::HouseholderQR<Matrix> qr(a);
  Matrix q = qr.householderQ() * Matrix::Identity(a.rows(), a.cols());
  for (Eigen::Index j = 0; j < q.cols(); ++j) {
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  }
  Eigen::Map<RowMajor<float>> result(out.data(), rows, columns);
  if (tall) {
    result = q.cast<float>();
  } else {
    result = q.transpose().cast<float>();
  }
}

}  // namespace fanin
