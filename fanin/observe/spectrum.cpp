#include "fanin/observe/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fanin::observe {
namespace {

std::size_t index(std::int64_t i) noexcept { return static_cast<std::size_t>(i); }

struct Tridiagonal {
  std::vector<double> diagonal;
  std::vector<double> beside;  // beside[i] couples i and i + 1
};

// Source: Golub & Van Loan, Matrix Computations, algorithm 8.3.1.
Tridiagonal tridiagonal(std::vector<double> a, std::int64_t n) {
  Tridiagonal t{std::vector<double>(index(n)), std::vector<double>(index(n), 0.0)};
  std::vector<double> v(index(n));
  std::vector<double> w(index(n));
  const auto at = [&](std::int64_t row, std::int64_t column) -> double& { return a[index(row * n + column)]; };
  for (std::int64_t k = 0; k + 1 < n; ++k) {
    double square = 0;
    for (std::int64_t i = k + 1; i < n; ++i) {
      v[index(i)] = at(i, k);
      square += v[index(i)] * v[index(i)];
    }
    const double alpha = v[index(k + 1)] > 0 ? -std::sqrt(square) : std::sqrt(square);
    t.beside[index(k)] = alpha;
    v[index(k + 1)] -= alpha;
    const double length = square - alpha * at(k + 1, k);  // ‖v‖²/2
    if (!(length > 0)) continue;
    double dot = 0;
    for (std::int64_t i = k + 1; i < n; ++i) {
      double product = 0;
      for (std::int64_t j = k + 1; j < n; ++j) product += at(i, j) * v[index(j)];
      w[index(i)] = product / length;
      dot += w[index(i)] * v[index(i)];
    }
    for (std::int64_t i = k + 1; i < n; ++i) w[index(i)] -= dot / (2 * length) * v[index(i)];
    for (std::int64_t i = k + 1; i < n; ++i) {
      for (std::int64_t j = k + 1; j < n; ++j) at(i, j) -= v[index(i)] * w[index(j)] + w[index(i)] * v[index(j)];
    }
  }
  for (std::int64_t i = 0; i < n; ++i) t.diagonal[index(i)] = at(i, i);
  return t;
}

// How many eigenvalues are below x: the negative pivots of T - x.
std::int64_t count_below(const Tridiagonal& t, double x, double tiny) noexcept {
  std::int64_t count = 0;
  double pivot = 1;
  for (std::size_t i = 0; i < t.diagonal.size(); ++i) {
    const double coupling = i == 0 ? 0 : t.beside[i - 1] * t.beside[i - 1];
    pivot = t.diagonal[i] - x - coupling / pivot;
    if (std::abs(pivot) < tiny) pivot = -tiny;
    count += pivot < 0 ? 1 : 0;
  }
  return count;
}

// A Aᵀ or AᵀA, whichever is smaller.
std::vector<double> gram(std::span<const float> values, std::int64_t rows, std::int64_t columns, std::int64_t n) {
  std::vector<double> a(values.begin(), values.end());
  std::vector<double> product(index(n * n), 0.0);
  if (rows <= columns) {
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j <= i; ++j) {
        double sum = 0;
        for (std::int64_t k = 0; k < columns; ++k) sum += a[index(i * columns + k)] * a[index(j * columns + k)];
        product[index(i * n + j)] = product[index(j * n + i)] = sum;
      }
    }
    return product;
  }
  for (std::int64_t k = 0; k < rows; ++k) {
    const double* const row = a.data() + k * columns;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) product[index(i * n + j)] += row[i] * row[j];
    }
  }
  return product;
}

}  // namespace

std::vector<double> symmetric_eigenvalues(std::vector<double> matrix, std::int64_t n) {
  const Tridiagonal t = tridiagonal(std::move(matrix), n);
  double bound = 0;  // of Gershgorin's circles
  for (std::size_t i = 0; i < t.diagonal.size(); ++i) {
    bound = std::max(bound, std::abs(t.diagonal[i]) + std::abs(t.beside[i]) + (i == 0 ? 0 : std::abs(t.beside[i - 1])));
  }
  if (!std::isfinite(bound)) return std::vector<double>(index(n), std::numeric_limits<double>::quiet_NaN());
  const double tiny = std::max(bound * 0x1p-60, std::numeric_limits<double>::min());
  std::vector<double> values;
  double low = -bound;
  for (std::int64_t k = 0; k < n; ++k) {  // the k-th has at most k below it
    double high = bound;
    for (int halving = 0; halving < 56 && high > low; ++halving) {
      const double middle = low + (high - low) / 2;
      (count_below(t, middle, tiny) > k ? high : low) = middle;
    }
    values.push_back(high);
  }
  return values;
}

Spectrum spectrum(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
  const std::int64_t n = std::min(rows, columns);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const Spectrum unknown{kNaN, kNaN, kNaN};
  if (n < 1) return unknown;
  const std::vector<double> squares = symmetric_eigenvalues(gram(values, rows, columns, n), n);
  if (!(squares.back() > 0)) return unknown;
  Spectrum result;
  result.largest = std::sqrt(squares.back());
  double frobenius = 0;
  double sum = 0;
  for (const double square : squares) {
    frobenius += std::max(0.0, square);
    sum += square > 1e-14 * squares.back() ? std::sqrt(square) : 0;
  }
  double entropy = 0;
  for (const double square : squares) {
    if (!(square > 1e-14 * squares.back())) continue;
    const double share = std::sqrt(square) / sum;
    entropy -= share * std::log(share);
  }
  result.stable_rank = frobenius / squares.back();
  result.effective_rank = std::exp(entropy);
  return result;
}

}  // namespace fanin::observe
