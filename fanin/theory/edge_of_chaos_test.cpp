#include "fanin/theory/edge_of_chaos.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

ScalarFunction named(const char* name) { return net::parse_activation(name); }

TEST(EdgeOfChaos, ReproducesThePrintedCriticalPoints) {
  const double bias[] = {.01, .04, .05, .09, .1, .2, .3};
  const double tanh[] = {1.424205, 1.700796, 1.760955, 1.947655, 1.986073, 2.285152, 2.505127};
  const double erf[] = {1.114280, 1.328937, 1.375839, 1.521948, 1.552118, 1.788180, 1.963071};
  for (int i = 0; i < 7; ++i) {
    for (const auto& [name, printed] : {std::pair{"tanh", tanh[i]}, std::pair{"erf", erf[i]}}) {
      const CriticalPoint point = critical_point(named(name), bias[i]);
      EXPECT_EQ(point.status, SolveStatus::converged);
      EXPECT_NEAR(point.variances.weight_variance, printed, 5.01e-7) << name << " " << bias[i];
      EXPECT_EQ(point.stability, Stability::stable);
      EXPECT_LT(std::fabs(point.residual), 1e-12);
      // It is a fixed point that the variance reaches.
      EXPECT_NEAR(variance_fixed_point(named(name), point.variances).q, point.q, 1e-11);
    }
  }
  // Published with C_b = 2.01e-5 for tanh.
  EXPECT_NEAR(critical_point(named("tanh"), 2.01e-5).variances.weight_variance, 1.0499956, 5.01e-8);
}

TEST(EdgeOfChaos, ReluIsCriticalAtTwoWithoutBiasAndNowhereWithOne) {
  const CriticalPoint he = critical_point(named("relu"), 0);
  EXPECT_EQ(he.status, SolveStatus::converged);
  EXPECT_NEAR(he.variances.weight_variance, 2, 1e-13);
  EXPECT_EQ(he.stability, Stability::marginal);
  EXPECT_EQ(critical_point(named("relu"), 0.1).status, SolveStatus::no_solution);
  EXPECT_NEAR(critical_point(named("leaky_relu(0.2)"), 0).variances.weight_variance, 2 / 1.04, 1e-13);
  EXPECT_NEAR(critical_point(named("linear"), 0).variances.weight_variance, 1, 1e-13);
}

TEST(EdgeOfChaos, GeluAndSiluAreCriticalOnlyWhereTheVarianceIsUnstable) {
  for (const auto& [name, printed] : {std::pair{"gelu", 2.393238}, std::pair{"silu", 2.820826}}) {
    const CriticalPoint point = critical_point(named(name), 0.04);
    EXPECT_EQ(point.status, SolveStatus::converged);
    EXPECT_NEAR(point.variances.weight_variance, printed, 5.01e-7) << name;
    EXPECT_EQ(point.stability, Stability::unstable) << name;
    EXPECT_GT(point.variance_slope, 1);
  }
}

TEST(EdgeOfChaos, OddFunctionsAreCriticalAtTheOriginWithoutBias) {
  const CriticalPoint point = critical_point(named("tanh"), 0);
  EXPECT_EQ(point.q, 0);
  EXPECT_NEAR(point.variances.weight_variance, 1, 1e-13);
  EXPECT_NEAR(critical_point(named("sin"), 0).variances.weight_variance, 1, 1e-13);
}

TEST(EdgeOfChaos, HalfStableCriticalityIsReproduced) {
  struct Row {
    const char* name;
    double k, c_w, c_b;
  };
  const Row rows[] = {{"gelu", 3.56155281, 1.98305826, .17292239},
                      {"gelu_tanh", 3.55677284, 1.98288824, .17289520},
                      {"silu", 14.32017362, 1.98800468, .55514317},  // several public copies print .0555…
                      {"mish", 1.67016913, 2.01352407, .09452179},
                      {"hardswish", 4.80385595, 1.97328958, .50714585}};
  for (const Row& row : rows) {
    const std::vector<CriticalPoint> points = half_stable_points(named(row.name));
    ASSERT_EQ(points.size(), 1U) << row.name;
    EXPECT_NEAR(points[0].q, row.k, 5.01e-9) << row.name;
    EXPECT_NEAR(points[0].variances.weight_variance, row.c_w, 5.01e-9) << row.name;
    EXPECT_NEAR(points[0].variances.bias_variance, row.c_b, 5.01e-9) << row.name;
    EXPECT_EQ(points[0].stability, Stability::marginal) << row.name;
    EXPECT_NEAR(variance_map(named(row.name), points[0].q, points[0].variances), points[0].q, 1e-11);
  }
}

TEST(EdgeOfChaos, TanhHasNoHalfStablePointAndReluHasThemAll) {
  EXPECT_TRUE(half_stable_points(named("tanh")).empty());
  const std::vector<CriticalPoint> relu = half_stable_points(named("relu"));
  ASSERT_EQ(relu.size(), 1U);
  EXPECT_NEAR(relu[0].variances.weight_variance, 2, 1e-13);
  EXPECT_EQ(relu[0].variances.bias_variance, 0);
}

TEST(EdgeOfChaos, EveryActivationHasAnAnswer) {
  for (const net::ActivationFunction* function : net::activation_functions()) {
    for (const double bias : {0.0, 0.05}) {
      for (const CriticalPoint& point : critical_points(net::Activation(*function), bias)) {
        EXPECT_LT(std::fabs(point.residual), 1e-9) << function->name << " q = " << point.q;
        EXPECT_NEAR(variance_map(net::Activation(*function), point.q, point.variances), point.q, 1e-10 * (1 + point.q))
            << function->name;
      }
    }
  }
}

TEST(EdgeOfChaos, NegativeBiasVariancesAreRefused) {
  EXPECT_THROW((void)critical_point(named("tanh"), -0.1), Error);
  EXPECT_THROW((void)critical_points(named("tanh"), std::numeric_limits<double>::infinity()), Error);
}

}  // namespace
}  // namespace fanin::theory
