#include "fanin/experiment/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

// Closed forms: 1 degree is the Cauchy law, tan(pi (p - 1/2)); 2 degrees give
// (2p - 1) sqrt(2 / (4 p (1 - p))); 4 degrees, the table value to sixteen digits. Made with
// scipy.stats.t.ppf(0.975, [1, 2, 4, 9, 1e6]).
TEST(Statistics, StudentQuantilesAreTheKnownOnes) {
  EXPECT_NEAR(student_quantile(0.975, 1), std::tan(M_PI * 0.475), 1e-12);
  EXPECT_NEAR(student_quantile(0.975, 2), 0.95 * std::sqrt(2 / (4 * 0.975 * 0.025)), 1e-14);
  EXPECT_NEAR(student_quantile(0.975, 2), 4.302652729911275, 1e-13);
  EXPECT_NEAR(student_quantile(0.975, 4), 2.7764451051977987, 1e-13);
  EXPECT_NEAR(student_quantile(0.975, 9), 2.2621571627409915, 1e-13);
  EXPECT_NEAR(student_quantile(0.025, 9), -2.2621571627409915, 1e-13);
  EXPECT_NEAR(student_quantile(0.975, 1e6), 1.959966, 1e-6);
  EXPECT_EQ(student_quantile(0.5, 3), 0);
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
  EXPECT_NEAR(estimate.half_width, 4.302652729911275 / std::sqrt(3.0), 1e-13);
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
  EXPECT_TRUE(excludes_zero(estimate_mean(std::vector<double>{0.5, 0.5, 0.5})));
  EXPECT_TRUE(excludes_zero(estimate_mean(std::vector<double>{-0.50, -0.51, -0.49})));
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>{0.01, -0.01, 0.02})));
  EXPECT_FALSE(excludes_zero(estimate_mean(std::vector<double>{0, 0, 0})));
}

// The shift of 1e9 leaves the spread of values a few units apart intact.
TEST(Statistics, ALargeCommonOffsetDoesNotSpoilTheSpread) {
  const std::vector<double> values = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_DOUBLE_EQ(estimate_mean(values).mean, 1e9 + 10);
  EXPECT_DOUBLE_EQ(estimate_mean(values).std_dev, std::sqrt(30.0));
}

}  // namespace
}  // namespace fanin::experiment
