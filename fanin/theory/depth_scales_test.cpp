#include "fanin/theory/depth_scales.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fanin/theory/edge_of_chaos.hpp"

namespace fanin::theory {
namespace {

ScalarFunction named(const char* name) { return net::parse_activation(name); }

TEST(DepthScales, ReproduceTheTanhTable) {
  // sb2 = .05; Gauss–Legendre quadrature, cross-checked. Half a unit of the last printed digit is allowed.
  struct Row {
    double weight_variance, q, chi, c, xi_q, xi_c, xi_c_digit;
  };
  const Row rows[] = {
      {1.0, .193593, .759032, 1, 1.748, 3.6270, 1e-4},         {1.4, .364884, .911033, 1, 1.740, 10.732, 1e-3},
      {1.7, .533076, .986741, 1, 1.558, 74.92, 1e-2},          {2.0, .721762, 1.047666, .744082, 1.388, 25.213, 1e-3},
      {2.5, 1.063958, 1.133516, .446804, 1.180, 11.796, 1e-3}, {3.0, 1.428008, 1.208934, .299318, 1.041, 9.0515, 1e-4},
      {4.0, 2.195494, 1.342402, .165065, .873, 6.9803, 1e-4},
  };
  for (const Row& row : rows) {
    const DepthScales s = depth_scales(named("tanh"), {.weight_variance = row.weight_variance, .bias_variance = 0.05});
    EXPECT_NEAR(s.variance.q, row.q, 5.01e-7) << row.weight_variance;
    EXPECT_NEAR(s.chi1, row.chi, 5.01e-7) << row.weight_variance;
    EXPECT_NEAR(s.correlation.c, row.c, 5.01e-7) << row.weight_variance;
    EXPECT_NEAR(s.xi_q, row.xi_q, 5.01e-4) << row.weight_variance;
    EXPECT_NEAR(s.xi_c, row.xi_c, 0.501 * row.xi_c_digit) << row.weight_variance;
    EXPECT_NEAR(s.trainable_depth, 6 * s.xi_c, 1e-9);
    EXPECT_EQ(s.phase, row.chi < 1 ? Phase::ordered : Phase::chaotic);
    EXPECT_EQ(s.variance.status, SolveStatus::converged);
    EXPECT_EQ(s.correlation.status, SolveStatus::converged);
  }
}

TEST(DepthScales, TheGradientScaleIsNegativeWhereGradientsExplode) {
  const DepthScales s = depth_scales(named("tanh"), {.weight_variance = 4, .bias_variance = 0.05});
  EXPECT_NEAR(s.xi_grad, -1 / std::log(1.342402), 1e-4);
  EXPECT_LT(s.xi_grad, 0);
}

TEST(DepthScales, ScalesMeasureTheDecayOfTheMaps) {
  // |q_l - q*| and 1 - c_l fall by e per scale.
  const ScalarFunction phi = named("tanh");
  const Variances v{.weight_variance = 1.4, .bias_variance = 0.05};
  const DepthScales s = depth_scales(phi, v);
  double q = s.variance.q * 1.001;
  const double next = variance_map(phi, q, v);
  EXPECT_NEAR((next - s.variance.q) / (q - s.variance.q), std::exp(-1 / s.xi_q), 1e-3);
  double distance = 1e-4;
  for (int l = 0; l < 40; ++l) distance = distance_map(phi, s.variance.q, distance, v);
  EXPECT_NEAR(std::log(1e-4 / distance) / 40, 1 / s.xi_c, 1e-4);
}

TEST(DepthScales, TheEdgeIsCriticalWithAnInfiniteScale) {
  const CriticalPoint edge = critical_point(named("tanh"), 0.05);
  const DepthScales s = depth_scales(named("tanh"), edge.variances);
  EXPECT_EQ(s.phase, Phase::critical);
  EXPECT_GT(std::fabs(s.xi_c), 1e9);
  EXPECT_EQ(s.correlation.c, 1);
  const DepthScales he = depth_scales(named("relu"), {.weight_variance = 2});
  EXPECT_EQ(he.phase, Phase::critical);
  EXPECT_TRUE(std::isinf(he.xi_grad));
  EXPECT_EQ(he.variance.stability, Stability::marginal);
}

TEST(DepthScales, DivergingNetworksStillHaveTheirGradientScale) {
  const DepthScales s = depth_scales(named("relu"), {.weight_variance = 4});
  EXPECT_EQ(s.variance.status, SolveStatus::diverges);
  EXPECT_EQ(s.phase, Phase::chaotic);
  EXPECT_NEAR(s.xi_grad, -1 / std::log(2), 1e-9);
}

TEST(DepthScales, VanishingNetworksToo) {
  const DepthScales s = depth_scales(named("tanh"), {.weight_variance = 0.5});
  EXPECT_EQ(s.variance.q, 0);
  EXPECT_NEAR(s.xi_grad, 1 / std::log(2), 1e-9);
  EXPECT_NEAR(s.xi_q, 1 / std::log(2), 1e-9);
}

TEST(DepthScales, RatesBecomeScales) {
  EXPECT_NEAR(depth_scale(std::exp(-0.25)), 4, 1e-12);
  EXPECT_NEAR(depth_scale(-std::exp(-0.25)), 4, 1e-12);
  EXPECT_TRUE(std::isinf(depth_scale(1)));
  EXPECT_EQ(depth_scale(0), 0);
  EXPECT_LT(depth_scale(1.1), 0);
  EXPECT_EQ(to_string(Phase::chaotic), "chaotic");
}

TEST(DepthScales, EveryActivationOfTheCatalogueHasAnAnswer) {
  for (const net::ActivationFunction* function : net::activation_functions()) {
    for (const double weight_variance : {0.3, 1.0, 2.0, 6.0}) {
      const DepthScales s =
          depth_scales(net::Activation(*function), {.weight_variance = weight_variance, .bias_variance = 0.02});
      EXPECT_NE(s.variance.status, SolveStatus::no_solution) << function->name;
      EXPECT_NE(s.correlation.status, SolveStatus::no_solution) << function->name;
      EXPECT_TRUE(s.correlation.c >= 0 && s.correlation.c <= 1) << function->name << " " << s.correlation.c;
      EXPECT_LE(s.correlation.slope, 1 + 1e-6) << function->name << " sw2 " << weight_variance;
      EXPECT_FALSE(std::isnan(s.xi_grad)) << function->name;
    }
  }
}

}  // namespace
}  // namespace fanin::theory
