#include "fanin/observe/spectrum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace fanin::observe {
namespace {

TEST(SymmetricEigenvalues, AreThoseOfTheSecondDifference) {
  // [2 -1; -1 2 -1; …] of size n has 2 - 2 cos(kπ/(n+1)).
  constexpr std::int64_t kSize = 40;
  std::vector<double> matrix(kSize * kSize, 0.0);
  for (std::int64_t i = 0; i < kSize; ++i) {
    matrix[static_cast<std::size_t>(i * kSize + i)] = 2;
    if (i > 0) matrix[static_cast<std::size_t>(i * kSize + i - 1)] = -1;
    if (i + 1 < kSize) matrix[static_cast<std::size_t>(i * kSize + i + 1)] = -1;
  }
  const std::vector<double> values = symmetric_eigenvalues(matrix, kSize);
  for (std::int64_t k = 1; k <= kSize; ++k) {
    EXPECT_NEAR(values[static_cast<std::size_t>(k - 1)],
                2 - 2 * std::cos(static_cast<double>(k) * std::numbers::pi / (kSize + 1)), 1e-13);
  }
}

TEST(SymmetricEigenvalues, SurviveAFullMatrix) {
  // 3·I + 1·1ᵀ of size 6: 3 five times, and 9.
  std::vector<double> matrix(36, 1.0);
  for (std::size_t i = 0; i < 6; ++i) matrix[i * 7] = 4;
  const std::vector<double> values = symmetric_eigenvalues(matrix, 6);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(values[i], 3, 1e-13);
  EXPECT_NEAR(values[5], 9, 1e-13);
}

TEST(Spectrum, KnowsADiagonalMatrixEitherWayUp) {
  const std::vector<float> wide{3, 0, 0, 0, 4, 0};
  for (const Spectrum& s : {spectrum(wide, 2, 3), spectrum(std::vector<float>{3, 0, 0, 4, 0, 0}, 3, 2)}) {
    EXPECT_NEAR(s.largest, 4, 1e-12);
    EXPECT_NEAR(s.stable_rank, 25.0 / 16, 1e-12);
    const double p = 3.0 / 7, q = 4.0 / 7;
    EXPECT_NEAR(s.effective_rank, std::exp(-p * std::log(p) - q * std::log(q)), 1e-12);
  }
}

TEST(Spectrum, OfARankOneMatrixIsOne) {
  std::vector<float> values;
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 30; ++j) values.push_back(static_cast<float>((i - 7) * (j + 1)));
  }
  const Spectrum s = spectrum(values, 20, 30);
  EXPECT_NEAR(s.stable_rank, 1, 1e-9);
  EXPECT_NEAR(s.effective_rank, 1, 1e-5);
}

TEST(Spectrum, IsUnknownForZeroAndForWhatIsNotFinite) {
  EXPECT_TRUE(std::isnan(spectrum(std::vector<float>(6, 0.0F), 2, 3).largest));
  EXPECT_TRUE(std::isnan(spectrum(std::vector<float>{1, 2, NAN, 4}, 2, 2).stable_rank));
}

}  // namespace
}  // namespace fanin::observe
