#include "fanin/theory/jacobian.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/theory/edge_of_chaos.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

ScalarFunction named(const char* name) { return net::parse_activation(name); }

TEST(Jacobian, ReluVariancesAreTwiceAndOnceTheDepth) {
  for (const int depth : {1, 10, 1000}) {
    const JacobianMoments gaussian = jacobian_moments(named("relu"), 1, 2, depth, WeightEnsemble::gaussian);
    const JacobianMoments orthogonal = jacobian_moments(named("relu"), 1, 2, depth, WeightEnsemble::orthogonal);
    EXPECT_NEAR(gaussian.mean, 1, 1e-12);
    EXPECT_NEAR(gaussian.variance, 2 * depth, 1e-10 * depth);
    EXPECT_NEAR(orthogonal.mean, 1, 1e-12);
    EXPECT_NEAR(orthogonal.variance, depth, 1e-10 * depth);
  }
}

TEST(Jacobian, LinearOrthogonalIsAnIsometry) {
  const JacobianMoments m = jacobian_moments(named("linear"), 1, 1, 50, WeightEnsemble::orthogonal);
  EXPECT_NEAR(m.mean, 1, 1e-12);
  EXPECT_NEAR(m.variance, 0, 1e-11);
  EXPECT_NEAR(jacobian_moments(named("linear"), 1, 1, 50, WeightEnsemble::gaussian).variance, 50, 1e-10);
}

TEST(Jacobian, TanhApproachesIsometryWithAShrinkingVariance) {
  // Orthogonal, critical, q* = 1/L: printed .307, .108, .030, .0077 at L = 16, 64, 256, 1024.
  struct Row {
    int depth;
    double variance, digit;
  };
  for (const Row& row : {Row{16, .307, 1e-3}, Row{64, .108, 1e-3}, Row{256, .030, 1e-3}, Row{1024, .0077, 1e-4}}) {
    const double q = 1.0 / row.depth;
    const double weight_variance = 1 / slope_second(named("tanh"), {.q = q});
    const JacobianMoments m =
        jacobian_moments(named("tanh"), q, weight_variance, row.depth, WeightEnsemble::orthogonal);
    EXPECT_NEAR(m.mean, 1, 1e-11);
    EXPECT_NEAR(m.variance, row.variance, 0.501 * row.digit) << row.depth;
  }
}

TEST(Jacobian, OffTheEdgeTheMeanIsThePowerOfChi) {
  const JacobianMoments m = jacobian_moments(named("relu"), 1, 1, 30, WeightEnsemble::gaussian);
  EXPECT_NEAR(m.mean / std::ldexp(1.0, -30), 1, 1e-12);
}

TEST(Jacobian, TheLinearGaussianEdgeIsItsFormula) {
  EXPECT_NEAR(linear_gaussian_largest_eigenvalue(1), 4, 1e-13);  // Marchenko–Pastur
  EXPECT_NEAR(linear_gaussian_largest_eigenvalue(2), 27.0 / 4, 1e-13);
  EXPECT_NEAR(linear_gaussian_largest_eigenvalue(1000000) / (std::exp(1.0) * 1000000.5), 1, 1e-6);
  EXPECT_THROW((void)linear_gaussian_largest_eigenvalue(0), Error);
  EXPECT_THROW((void)jacobian_moments(named("relu"), 1, 2, 0, WeightEnsemble::gaussian), Error);
}

}  // namespace
}  // namespace fanin::theory
