#include "fanin/init/law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace fanin::init {
namespace {

double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }
double upper_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

TEST(Law, TruncatedMomentsAtTwoAgreeWithThePublishedConstant) {
  // 0.87962566103423978: the divisor in Keras's and JAX's VarianceScaling.
  const TruncatedMoments m = truncated_moments(-2, 2);
  EXPECT_NEAR(m.mean, 0, 1e-15);
  EXPECT_NEAR(std::sqrt(m.variance), 0.87962566103423978, 1e-14);
}

TEST(Law, TruncatedMomentsAgreeWithTheClosedForm) {
  for (const auto& [low, high] : {std::pair{-1.0, 3.0}, {0.5, 0.75}, {-2.0, 0.0}, {-0.3, 4.0}, {-50.0, 50.0}}) {
    const double mass = upper_tail(low) - upper_tail(high);
    const double mean = (density(low) - density(high)) / mass;
    // E z^k = (k-1) E z^(k-2) + (low^(k-1) density(low) - high^(k-1) density(high))/mass
    const double m2 = 1 + (low * density(low) - high * density(high)) / mass;
    const double m3 = 2 * mean + (low * low * density(low) - high * high * density(high)) / mass;
    const double m4 = 3 * m2 + (std::pow(low, 3) * density(low) - std::pow(high, 3) * density(high)) / mass;
    const double fourth = m4 - 4 * mean * m3 + 6 * mean * mean * m2 - 3 * std::pow(mean, 4);
    const TruncatedMoments m = truncated_moments(low, high);
    EXPECT_NEAR(m.mean, mean, 1e-12);
    EXPECT_NEAR(m.variance, m2 - mean * mean, 1e-12) << low << ' ' << high;
    EXPECT_NEAR(m.fourth, fourth, 1e-11) << low << ' ' << high;
  }
}

TEST(Law, FarTailsKeepTheirDigits) {
  // The tail of N(0, 1) beyond t, recentred at t, is e^(-tx - x²/2). Mills' ratio gives its mean by the
  // asymptotic series 1/t - 2/t³ + 10/t⁵ - 74/t⁷ + 706/t⁹, good to 1e-10 at t = 30.
  const double t = 30;
  const double mean = 1 / t - 2 / std::pow(t, 3) + 10 / std::pow(t, 5) - 74 / std::pow(t, 7) + 706 / std::pow(t, 9);
  const TruncatedMoments upper = truncated_moments(t, 1e30);
  EXPECT_NEAR(upper.mean - t, mean, 1e-10);
  EXPECT_NEAR(upper.variance, 1 - (upper.mean - t) * upper.mean, 1e-10);  // E z² = 1 + t·E z in a tail
  const TruncatedMoments lower = truncated_moments(-1e30, -t);
  EXPECT_DOUBLE_EQ(lower.variance, upper.variance);
  EXPECT_DOUBLE_EQ(lower.mean, -upper.mean);
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
