#include "fanin/experiment/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

// Closed forms of the quantile for 1, 2 and 4 degrees of freedom (W. T. Shaw, J. Comp. Finance 9(4),
// 2006). Some tables print 4.302652729911 for 2 degrees, which is off from the tenth decimal on.
TEST(Statistics, StudentQuantilesAgreeWithTheirClosedForms) {
  EXPECT_NEAR(student_quantile(0.975, 1), std::tan(M_PI * 0.475), 1e-12);
  EXPECT_NEAR(student_quantile(0.975, 2), 0.95 * std::sqrt(2 / (4 * 0.975 * 0.025)), 1e-13);
  EXPECT_NEAR(student_quantile(0.975, 2), 4.302652729749462, 1e-13);
  const double alpha = 4 * 0.975 * 0.025;
  const double q = std::cos(std::acos(std::sqrt(alpha)) / 3) / std::sqrt(alpha);
  EXPECT_NEAR(student_quantile(0.975, 4), 2 * std::sqrt(q - 1), 1e-13);
  EXPECT_NEAR(student_quantile(0.975, 1e6), 1.959966, 1e-6);  // the normal law's 1.959964, almost
  EXPECT_EQ(student_quantile(0.5, 3), 0);
}

// The probability within [-t, t] for 9 degrees: Abramowitz & Stegun 26.7.3.
TEST(Statistics, TheQuantileOfTenRunsHoldsNinetyFivePercent) {
  const double t = student_quantile(0.975, 9);
  EXPECT_NEAR(student_quantile(0.025, 9), -t, 1e-13);
  const double angle = std::atan(t / 3);
  const double c = std::cos(angle);
  const double sum = c + 2.0 / 3 * std::pow(c, 3) + 8.0 / 15 * std::pow(c, 5) + 48.0 / 105 * std::pow(c, 7);
  EXPECT_NEAR(2 / M_PI * (angle + std::sin(angle) * sum), 0.95, 1e-14);
}

TEST(Statistics, QuantilesOutsideTheirDomainAreRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(student_quantile(0, 2), Error);
  EXPECT_THROW(student_quantile(1, 2), Error);
  EXPECT_THROW(student_quantile(nan, 2), Error);
  EXPECT_THROW(student_quantile(0.975, 0), Error);
  EXPECT_THROW(student_quantile(0.975, nan), Error);
}

// By hand: mean 2, squares 1 + 0 + 1, standard deviation 1, half-width t(0.975, 2) / sqrt(3).
TEST(Statistics, TheMeanOfThreeRunsHasAStudentInterval) {
  const std::vector<double> values = {1, 2, 3};
  const Estimate estimate = estimate_mean(values);
  EXPECT_EQ(estimate.count, 3);
  EXPECT_EQ(estimate.mean, 2);
  EXPECT_EQ(estimate.std_dev, 1);
  EXPECT_NEAR(estimate.half_width, 4.302652729749462 / std::sqrt(3.0), 1e-13);
  EXPECT_FALSE(excludes_zero(estimate));  // 2 < 2.484
}

TEST(Statistics, OneRunHasAMeanButNoInterval) {
  const std::vector<double> one = {0.5};
  EXPECT_EQ(estimate_mean(one).mean, 0.5);
  EXPECT_TRUE(std::isnan(estimate_mean(one).half_width));
  EXPECT_FALSE(excludes_zero(estimate_mean(one)));
  EXPECT_TRUE(std::isnan(estimate_mean({}).mean));
  EXPECT_FALSE(excludes_zero(estimate_mean({})));
}

TEST(Statistics, ASureDifferenceIsEstablishedAndANoisyOneIsNot) {
  EXPECT_TRUE(excludes_zero(estimate_mean(std::vector<double>{-0.50, -0.51, -0.49})));
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>{0.01, -0.01, 0.02})));
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>{0, 0, 0})));
}

// Of 200 test rows each, two runs that are as good differ by equal counts in one case of ten or so.
TEST(Statistics, EqualDifferencesEstablishNothingUntilTheirSignsDo) {
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>{0.5, 0.5, 0.5})));
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>{0.9 - 0.8, 0.7 - 0.6, 0.4 - 0.3})));  // but for rounding
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>(5, -0.02))));
  EXPECT_TRUE(excludes_zero(estimate_mean(std::vector<double>(6, -0.02))));
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>(6, 0.0))));
}

// The shift of 1e9 leaves the spread of values a few units apart intact.
TEST(Statistics, ALargeCommonOffsetDoesNotSpoilTheSpread) {
  const std::vector<double> values = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_DOUBLE_EQ(estimate_mean(values).mean, 1e9 + 10);
  EXPECT_DOUBLE_EQ(estimate_mean(values).std_dev, std::sqrt(30.0));
}

}  // namespace
}  // namespace fanin::experiment
