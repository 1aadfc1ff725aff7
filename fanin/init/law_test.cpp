#include "fanin/init/law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace fanin::init {
namespace {

double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }
double upper_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

TEST(Law, KurtosisOfACutNormalAgreesWithTheClosedForm) {
  for (const auto& [low, high] :
       {std::pair{-2.0, 2.0}, {-1.0, 3.0}, {0.5, 0.75}, {-2.0, 0.0}, {-0.3, 4.0}, {-50.0, 50.0}}) {
    const double mass = upper_tail(low) - upper_tail(high);
    const double mean = (density(low) - density(high)) / mass;
    // E z^k = (k-1) E z^(k-2) + (low^(k-1) density(low) - high^(k-1) density(high))/mass
    const double m2 = 1 + (low * density(low) - high * density(high)) / mass;
    const double m3 = 2 * mean + (low * low * density(low) - high * high * density(high)) / mass;
    const double m4 = 3 * m2 + (std::pow(low, 3) * density(low) - std::pow(high, 3) * density(high)) / mass;
    const double fourth = m4 - 4 * mean * m3 + 6 * mean * mean * m2 - 3 * std::pow(mean, 4);
    const double variance = m2 - mean * mean;
    // The closed form loses digits for a narrow piece: variance 0.005, differences of numbers near 0.4.
    const double tolerance = high - low < 1 ? 1e-6 : 1e-11;
    EXPECT_NEAR(truncated_kurtosis(low, high), fourth / (variance * variance), tolerance) << low << ' ' << high;
  }
}

TEST(Law, KurtosisOfAFarTailIsThatOfAnExponential) {
  // Beyond t the law is e^(-tx - x²/2), an exponential (kurtosis 9) as t grows. To order 1/t² and up to a factor,
  // the moments of y = tx are k! - (k+2)!/(2t²), which gives kurtosis 9 - 48/t² + O(1/t⁴).
  EXPECT_NEAR(truncated_kurtosis(30, 1e30), 9 - 48.0 / 900, 1e-3);
  EXPECT_DOUBLE_EQ(truncated_kurtosis(-1e30, -30), truncated_kurtosis(30, 1e30));
  EXPECT_NEAR(truncated_kurtosis(0, std::numeric_limits<double>::infinity()), 3.8691773,
              1e-7);  // half-normal: 3 + 8(π-3)/(π-2)²
}

TEST(Law, MeanAndStandardDeviationFollowTheFormula) {
  EXPECT_EQ(std_dev(Constant{3}), 0);
  EXPECT_EQ(mean(Constant{3}), 3);
  EXPECT_DOUBLE_EQ(std_dev(random::Uniform{-1, 2}), 3 / std::sqrt(12.0));
  EXPECT_DOUBLE_EQ(mean(random::Uniform{-1, 2}), 0.5);
  EXPECT_EQ(std_dev(random::Normal{1, 0.25}), 0.25);
  EXPECT_EQ(std_dev(random::TruncatedNormal{.std_dev = 0.02}), 0.02);
  EXPECT_NEAR(std_dev(random::TruncatedNormal{.std_dev = 0.02, .corrected = false}), 0.02 * 0.87962566103423978, 1e-16);
  // One-sided: half-normal, mean √(2/π), variance 1 - 2/π; corrected to a standard deviation of 3.
  const random::TruncatedNormal half{.mean = 1, .std_dev = 3, .low = 0, .high = 1e9};
  const double uncut = 3 / std::sqrt(1 - 2 / std::numbers::pi);
  EXPECT_NEAR(mean(half), 1 + uncut * std::sqrt(2 / std::numbers::pi), 1e-12);
}

TEST(Law, KurtosisOfUniformAndHalfCutNormal) {
  EXPECT_DOUBLE_EQ(kurtosis(random::Uniform{}), 1.8);
  EXPECT_DOUBLE_EQ(kurtosis(random::Normal{}), 3);
  EXPECT_NEAR(kurtosis(random::TruncatedNormal{.low = -40, .high = 40}), 3, 1e-12);
  EXPECT_NEAR(kurtosis(random::TruncatedNormal{.low = -1e-3, .high = 1e-3}), 1.8, 1e-5);  // nearly uniform
}

TEST(Law, TextNamesTheLaw) {
  EXPECT_EQ(to_string(random::Normal{0, 0.02}), "N(0, 0.02²)");
  EXPECT_EQ(to_string(random::Uniform{-0.5, 0.5}), "U[-0.5, 0.5)");
  EXPECT_EQ(to_string(Constant{0}), "0");
  EXPECT_EQ(to_string(random::TruncatedNormal{.std_dev = 0.02, .corrected = false}), "N(0, 0.02²) cut at ±2 std");
}

}  // namespace
}  // namespace fanin::init
