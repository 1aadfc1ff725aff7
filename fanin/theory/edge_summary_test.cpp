#include "fanin/theory/edge_summary.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

TEST(EdgeSummary, GathersWhatTheEdgeAndTheScalesSay) {
  const net::Activation tanh = net::parse_activation("tanh");
  const EdgeSummary edge = edge_summary(tanh, 0.05, 2.0);
  EXPECT_EQ(edge.activation, "tanh");
  ASSERT_EQ(edge.critical.size(), 1U);
  EXPECT_NEAR(edge.critical[0].variances.weight_variance, 1.760955, 5e-7);
  EXPECT_EQ(edge.critical[0].stability, Stability::stable);
  EXPECT_TRUE(edge.half_stable.empty());
  ASSERT_TRUE(edge.scales.has_value());
  EXPECT_EQ(edge.scales->phase, Phase::chaotic);
  EXPECT_NEAR(edge.scales->correlation.c, .744082, 5e-7);
  EXPECT_NEAR(edge.scales->xi_c, 25.213, 5e-4);
  EXPECT_FALSE(edge_summary(tanh, 0.05).scales.has_value());
}

TEST(EdgeSummary, HalfStablePointsHaveABiasVarianceOfTheirOwn) {
  const EdgeSummary edge = edge_summary(net::parse_activation("gelu"), 0.04);
  ASSERT_EQ(edge.half_stable.size(), 1U);
  EXPECT_NEAR(edge.half_stable[0].variances.weight_variance, 1.98305826, 5e-9);
  EXPECT_NEAR(edge.half_stable[0].variances.bias_variance, .17292239, 5e-9);
  ASSERT_FALSE(edge.critical.empty());
  EXPECT_NEAR(edge.critical[0].variances.weight_variance, 2.393238, 5e-7);
  EXPECT_EQ(edge.critical[0].stability, Stability::unstable);
}

TEST(EdgeSummary, RefusesVariancesThatNoDistributionHas) {
  const net::Activation tanh = net::parse_activation("tanh");
  for (const double bad : {-0.1, std::nan(""), HUGE_VAL}) {
    EXPECT_THROW((void)edge_summary(tanh, bad), Error);
    EXPECT_THROW((void)edge_summary(tanh, 0.1, bad), Error);
  }
}

}  // namespace
}  // namespace fanin::theory
