#include "fanin/theory/mean_field.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

ScalarFunction named(const char* name) { return net::parse_activation(name); }

TEST(MeanField, XavierOnReluHalvesTheSecondMomentPerLayer) {
  // He et al. 2015: 2^-30 after 30 layers; PyTorch's default, variance 1/(3 fan_in), shrinks by 1/6.
  double q = 1;
  for (int layer = 0; layer < 30; ++layer) q = variance_map(named("relu"), q, {.weight_variance = 1});
  EXPECT_NEAR(q / std::ldexp(1.0, -30), 1, 1e-12);
  EXPECT_NEAR(variance_map(named("relu"), 1, {.weight_variance = 1.0 / 3}), 1.0 / 6, 1e-15);
}

TEST(MeanField, FixedPointsOfPoole2016) {
  // tanh, bias std .3, weight std 1.3 / 2.5 / 4 (published figures' parameters).
  struct Row {
    double weight_std, q, chi;
  };
  for (const Row& row : {Row{1.3, .607047, .939807}, Row{2.5, 4.079124, 1.585225}, Row{4, 12.604149, 2.367261}}) {
    const Variances v{.weight_variance = row.weight_std * row.weight_std, .bias_variance = 0.09};
    const FixedPoint point = variance_fixed_point(named("tanh"), v);
    EXPECT_EQ(point.status, SolveStatus::converged);
    EXPECT_EQ(point.stability, Stability::stable);
    EXPECT_NEAR(point.q, row.q, 5.01e-7);
    EXPECT_NEAR(chi1(named("tanh"), point.q, v), row.chi, 5.01e-7);
    EXPECT_LT(std::fabs(point.residual), 1e-13);
  }
}

TEST(MeanField, IterationReachesTheFixedPointFromEitherSide) {
  for (const char* name : {"tanh", "erf", "softsign", "hardtanh", "sin", "selu", "sigmoid"}) {
    const ScalarFunction phi = named(name);
    const Variances v{.weight_variance = 1.5, .bias_variance = 0.1};
    for (const double start : {1e-3, 1.0, 500.0}) {
      const FixedPoint point = variance_fixed_point(phi, v, start);
      if (point.status == SolveStatus::diverges) continue;
      double q = start;
      for (int i = 0; i < 400; ++i) q = variance_map(phi, q, v);
      EXPECT_NEAR(q, point.q, 1e-10 * point.q) << name << " from " << start;
      EXPECT_EQ(point.stability, Stability::stable) << name;
    }
  }
}

TEST(MeanField, LinearAndReluHaveClosedForms) {
  const FixedPoint relu = variance_fixed_point(named("relu"), {.weight_variance = 1, .bias_variance = 0.3});
  EXPECT_NEAR(relu.q, 0.6, 1e-14);  // sb2/(1 - sw2/2)
  EXPECT_NEAR(relu.slope, 0.5, 1e-13);
  const FixedPoint grows = variance_fixed_point(named("relu"), {.weight_variance = 2.2});
  EXPECT_EQ(grows.status, SolveStatus::diverges);
  EXPECT_TRUE(std::isinf(grows.q));
  EXPECT_NEAR(grows.slope, 1.1, 1e-12);
  const FixedPoint fades = variance_fixed_point(named("relu"), {.weight_variance = 1.8});
  EXPECT_EQ(fades.q, 0);
  EXPECT_NEAR(fades.slope, 0.9, 1e-12);
  EXPECT_EQ(fades.stability, Stability::stable);
}

TEST(MeanField, AContinuumOfFixedPointsIsMarginal) {
  const FixedPoint point = variance_fixed_point(named("relu"), {.weight_variance = 2}, 3);
  EXPECT_EQ(point.status, SolveStatus::converged);
  EXPECT_EQ(point.q, 3);
  EXPECT_EQ(point.stability, Stability::marginal);
}

TEST(MeanField, GeluHasAnUnstableFixedPointBesideTheStableOne) {
  const std::vector<FixedPoint> points =
      variance_fixed_points(named("gelu"), {.weight_variance = 2.1, .bias_variance = 0.01});
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].stability, Stability::stable);
  EXPECT_EQ(points[1].stability, Stability::unstable);
  for (const FixedPoint& point : points) EXPECT_LT(std::fabs(point.residual), 1e-12);
  // Between and below it the variance settles, above it grows.
  const Variances v{.weight_variance = 2.1, .bias_variance = 0.01};
  EXPECT_NEAR(variance_fixed_point(named("gelu"), v, points[1].q * 0.99).q, points[0].q, 1e-10);
  EXPECT_EQ(variance_fixed_point(named("gelu"), v, points[1].q * 1.01).status, SolveStatus::diverges);
}

TEST(MeanField, TheOriginIsAFixedPointWithoutBias) {
  const std::vector<FixedPoint> points = variance_fixed_points(named("tanh"), {.weight_variance = 1.5});
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].q, 0);
  EXPECT_EQ(points[0].stability, Stability::unstable);
  EXPECT_NEAR(points[0].slope, 1.5, 1e-12);
  EXPECT_EQ(points[1].stability, Stability::stable);
}

TEST(MeanField, NonsenseIsRefused) {
  EXPECT_THROW((void)variance_map(named("relu"), -1, {}), Error);
  EXPECT_THROW((void)variance_map(named("relu"), 1, {.weight_variance = -1}), Error);
  EXPECT_THROW((void)chi1(named("relu"), 1, {.bias_variance = std::nan("")}), Error);
  EXPECT_THROW((void)variance_fixed_point(named("relu"), {}, 0), Error);
}

}  // namespace
}  // namespace fanin::theory
