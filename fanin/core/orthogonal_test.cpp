#include "fanin/core/orthogonal.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin {
namespace {

using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::vector<float> normal_numbers(std::size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> law;
  std::vector<float> values(count);
  for (float& value : values) value = law(engine);
  return values;
}

std::vector<float> haar(std::int64_t rows, std::int64_t columns, unsigned seed, int threads = 1) {
  std::vector<float> normals = normal_numbers(static_cast<std::size_t>(rows * columns), seed);
  std::vector<float> q(normals.size());
  haar_orthogonal({.rows = rows, .columns = columns, .threads = threads}, normals, q);
  return q;
}

Matrix as_matrix(const std::vector<float>& values, std::int64_t rows, std::int64_t columns) {
  return Eigen::Map<const RowMajor>(values.data(), rows, columns).cast<double>();
}

/// The definition, one reflector after another in double: column r is H₁ … H_k e_r times the sign.
Matrix reference(std::int64_t k, std::int64_t n, unsigned seed) {
  const std::vector<float> normals = normal_numbers(static_cast<std::size_t>(k * n), seed);
  Matrix q = Matrix::Identity(n, k);
  for (std::int64_t i = k - 1; i >= 0; --i) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
    for (std::int64_t j = i; j < n; ++j) x(j) = static_cast<double>(normals[static_cast<std::size_t>(i * n + j)]);
    const double sign = x(i) < 0 ? -1 : 1;
    x(i) += sign * x.norm();
    x.normalize();
    q.col(i) *= -sign;
    q -= 2 * x * (x.transpose() * q);
  }
  return q;
}

TEST(Orthogonal, AgreesWithReflectorsAppliedOneByOne) {
  for (const auto& [k, n] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {1, 5}, {2, 2}, {3, 7}, {64, 64}, {127, 128}, {128, 128}, {129, 300}, {300, 301}}) {
    const Matrix expected = reference(k, n, 5);
    const double tolerance = 1e-6 * std::sqrt(static_cast<double>(n));
    EXPECT_LT((as_matrix(haar(k, n, 5), k, n) - expected.transpose()).cwiseAbs().maxCoeff(), tolerance)
        << k << 'x' << n;
    if (k == n) continue;  // a square result holds its vectors as rows
    EXPECT_LT((as_matrix(haar(n, k, 5), n, k) - expected).cwiseAbs().maxCoeff(), tolerance) << n << 'x' << k;
  }
}

TEST(Orthogonal, VectorsAreOrthonormalToRounding) {
  for (const auto& [rows, columns] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {2, 2}, {10, 3}, {3, 10}, {200, 200}, {513, 513}, {1024, 1024}, {1024, 300}, {300, 2000}}) {
    const Matrix q = as_matrix(haar(rows, columns, 9), rows, columns);
    const Matrix gram = rows >= columns ? Matrix(q.transpose() * q) : Matrix(q * q.transpose());
    const auto k = static_cast<double>(gram.rows());
    EXPECT_LT((gram - Matrix::Identity(gram.rows(), gram.cols())).norm(), 1e-6 * std::sqrt(k))
        << rows << 'x' << columns;
  }
}

TEST(Orthogonal, DoublePrecisionIsOrthonormalToItsOwnRounding) {
  for (const auto& [rows, columns] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {150, 300}, {400, 200}}) {
    const std::vector<float> numbers = normal_numbers(static_cast<std::size_t>(rows * columns), 4);
    std::vector<double> normals(numbers.begin(), numbers.end());
    std::vector<double> values(normals.size());
    haar_orthogonal({.rows = rows, .columns = columns, .threads = 2}, normals, values);
    using Wide = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix q = Eigen::Map<const Wide>(values.data(), rows, columns);
    const Matrix gram = rows >= columns ? Matrix(q.transpose() * q) : Matrix(q * q.transpose());
    const auto k = static_cast<double>(gram.rows());
    EXPECT_LT((gram - Matrix::Identity(gram.rows(), gram.cols())).norm(), 1e-14 * std::sqrt(k));
    const Matrix single = as_matrix(haar(rows, columns, 4), rows, columns);
    EXPECT_LT((q - single).cwiseAbs().maxCoeff(), 1e-5);
  }
}

TEST(Orthogonal, BitsDoNotDependOnTheThreadCount) {
  EXPECT_EQ(haar(400, 400, 3, 1), haar(400, 400, 3, 2));
  EXPECT_EQ(haar(400, 400, 3, 1), haar(400, 400, 3, 5));
  EXPECT_EQ(haar(500, 290, 3, 1), haar(500, 290, 3, 3));
}

TEST(Orthogonal, DistributionIsHaar) {
  // On O(n), n >= 2: E tr Q = 0, E (tr Q)² = 1, E (tr Q²) = 1 (Diaconis & Shahshahani 1994); an entry has
  // E q² = 1/n and E q⁴ = 3/(n(n+2)); both signs of the determinant are equally likely. An unfixed sign
  // of diag R makes the first diagonal entry negative always.
  constexpr int kDraws = 20000;
  constexpr std::int64_t n = 4;
  double trace = 0;
  double trace_square = 0;
  double square_trace = 0;
  double determinant = 0;
  Matrix second = Matrix::Zero(n, n);
  Matrix fourth = Matrix::Zero(n, n);
  const std::vector<float> numbers = normal_numbers(kDraws * n * n, 11);
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<float> normals(numbers.begin() + draw * n * n, numbers.begin() + (draw + 1) * n * n);
    std::vector<float> values(n * n);
    haar_orthogonal({.rows = n, .columns = n}, normals, values);
    const Matrix q = as_matrix(values, n, n);
    trace += q.trace() / kDraws;
    trace_square += q.trace() * q.trace() / kDraws;
    square_trace += (q * q).trace() / kDraws;
    determinant += q.determinant() / kDraws;
    second += q.cwiseAbs2() / kDraws;
    fourth += q.cwiseAbs2().cwiseAbs2() / kDraws;
  }
  const double error = 1 / std::sqrt(1.0 * kDraws);  // all these variables have a standard deviation of 1.5 or less
  EXPECT_NEAR(trace, 0, 4 * error);
  EXPECT_NEAR(trace_square, 1, 6 * error);
  EXPECT_NEAR(square_trace, 1, 6 * error);
  EXPECT_NEAR(determinant, 0, 4 * error);
  EXPECT_LT((second - Matrix::Constant(n, n, 0.25)).cwiseAbs().maxCoeff(), 4.5 * 0.25 * error);  // sd of q² is 0.25
  EXPECT_LT((fourth - Matrix::Constant(n, n, 0.125)).cwiseAbs().maxCoeff(), 4.5 * 0.2 * error);
}

TEST(Orthogonal, FactorHasPositiveTriangularRest) {
  for (const auto& [rows, columns] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{5, 5}, {9, 4}, {4, 9}, {60, 60}}) {
    const std::vector<float> values = normal_numbers(static_cast<std::size_t>(rows * columns), 2);
    std::vector<float> out(values.size());
    orthogonal_factor(rows, columns, values, out);
    Matrix a = as_matrix(values, rows, columns);
    Matrix q = as_matrix(out, rows, columns);
    if (rows < columns) {
      a.transposeInPlace();
      q.transposeInPlace();
    }
    const Matrix r = q.transpose() * a;
    EXPECT_GT(r.diagonal().minCoeff(), 0);
    EXPECT_LT(Matrix(r.triangularView<Eigen::StrictlyLower>()).norm(), 1e-5);
    EXPECT_LT((q * r - a).norm(), 1e-5);
    EXPECT_LT(orthogonality_error(rows, columns, out), 1e-6);
  }
}

TEST(Orthogonal, ErrorMeasuresTheDistanceFromOrthonormal) {
  std::vector<float> q = haar(40, 70, 1);
  EXPECT_LT(orthogonality_error(40, 70, q), 1e-6 * std::sqrt(40.0));
  for (float& value : q) value *= 1.5F;  // QQᵀ - I = 1.25·I
  EXPECT_NEAR(orthogonality_error(40, 70, q), 1.25 * std::sqrt(40.0), 1e-4);
}

TEST(Orthogonal, TheEstimateForManyVectorsIsCloseToTheExactError) {
  constexpr std::int64_t k = 300;
  for (const auto& [rows, columns] : std::vector<std::pair<std::int64_t, std::int64_t>>{{k, 400}, {400, k}}) {
    std::vector<float> q = haar(rows, columns, 1);
    const std::vector<float> noise = normal_numbers(q.size(), 8);
    for (std::size_t i = 0; i < q.size(); ++i) q[i] += 1e-4F * noise[i];
    const Matrix m = as_matrix(q, rows, columns);
    const Matrix gram = rows >= columns ? Matrix(m.transpose() * m) : Matrix(m * m.transpose());
    const double exact = (gram - Matrix::Identity(k, k)).norm();
    EXPECT_NEAR(orthogonality_error(rows, columns, q), exact, 0.05 * exact);
  }
}

TEST(Orthogonal, ZeroVectorsStillGiveAnOrthogonalMatrix) {
  std::vector<float> normals(36, 0.0F);
  std::vector<float> q(36);
  haar_orthogonal({.rows = 6, .columns = 6}, normals, q);
  EXPECT_LT(orthogonality_error(6, 6, q), 1e-6);
}

TEST(Orthogonal, ImpossibleShapesAreRefused) {
  std::vector<float> numbers(6);
  std::vector<float> q(6);
  EXPECT_THROW(haar_orthogonal({.rows = 0, .columns = 3}, numbers, q), Error);
  EXPECT_THROW(haar_orthogonal({.rows = 3, .columns = 3}, numbers, q), Error);
  EXPECT_THROW(haar_orthogonal({.rows = 2, .columns = 3, .threads = 0}, numbers, q), Error);
  EXPECT_THROW((void)orthogonality_error(4, 2, q), Error);
  EXPECT_THROW(orthogonal_factor(4, 2, numbers, q), Error);
}

}  // namespace
}  // namespace fanin
