#include "fanin/core/quadrature.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin {
namespace {

void expect_converged(const Integral& integral, double exact, double tolerance) {
  EXPECT_EQ(integral.status, QuadratureStatus::converged);
  EXPECT_NEAR(integral.value, exact, tolerance);
}

TEST(Quadrature, PolynomialsOverAnIntervalAreExact) {
  // ∫ x^9 over [0, 2] = 2^10 / 10
  expect_converged(integrate([](double x) { return std::pow(x, 9); }, 0, 2), 102.4, 1e-12);
  expect_converged(integrate([](double) { return 1.0; }, -3, 5), 8, 1e-14);
  EXPECT_EQ(integrate([](double) { return 1.0; }, 2, 2).value, 0);
}

TEST(Quadrature, MomentsOfTheNormalAreDoubleFactorials) {
  double exact = 1;
  for (int k = 0; k <= 20; k += 2) {
    const Integral moment = normal_expectation([k](double z) { return std::pow(z, k); });
    expect_converged(moment, exact, 1e-13 * exact);
    EXPECT_NEAR(normal_expectation([k](double z) { return std::pow(z, k + 1); }).value, 0, 1e-13 * exact * (k + 1));
    exact *= k + 1;
  }
}

TEST(Quadrature, TheCharacteristicFunctionIsRecovered) {
  for (const double t : {0.1, 1.0, 3.0, 7.0, 30.0}) {
    expect_converged(normal_expectation([t](double z) { return std::cos(t * z); }), std::exp(-t * t / 2), 1e-13);
  }
}

TEST(Quadrature, JumpsAtTheBreaksCostNothing) {
  for (const double k : {-3.7, -0.4, 0.0, 1.3, 5.0}) {
    const double breaks[] = {k};
    const Integral tail = normal_expectation([k](double z) { return z > k ? 1.0 : 0.0; }, breaks);
    expect_converged(tail, std::erfc(k / std::numbers::sqrt2) / 2, 1e-14);
    EXPECT_LE(tail.evaluations, 31 * 9);
  }
}

TEST(Quadrature, UnnamedKinksAreFoundByBisection) {
  // E|z - k| = 2 n(k) + k (2 N(k) - 1)
  const double k = 0.31415;
  const double density = std::exp(-k * k / 2) / std::sqrt(2 * std::numbers::pi);
  const double exact = 2 * density + k * std::erf(k / std::numbers::sqrt2);
  const Integral integral = normal_expectation([k](double z) { return std::fabs(z - k); });
  expect_converged(integral, exact, 1e-12);
}

TEST(Quadrature, NarrowFeaturesAreResolved) {
  // E[1 / (1 + (z/w)^2)] = sqrt(pi/2) w exp(w²/2) erfc(w/sqrt 2)
  for (const double w : {1e-1, 1e-2, 1e-3}) {
    const double exact = std::sqrt(std::numbers::pi / 2) * w * std::exp(w * w / 2) * std::erfc(w / std::numbers::sqrt2);
    const Integral integral = normal_expectation([w](double z) { return 1 / (1 + z * z / (w * w)); });
    expect_converged(integral, exact, 1e-12 * exact);
  }
}

TEST(Quadrature, TheErrorEstimateCoversTheError) {
  QuadratureOptions loose;
  loose.relative_tolerance = 1e-4;
  const Integral integral = normal_expectation([](double z) { return std::fabs(z - 0.7); }, {}, loose);
  const double density = std::exp(-0.245) / std::sqrt(2 * std::numbers::pi);
  const double exact = 2 * density + 0.7 * std::erf(0.7 / std::numbers::sqrt2);
  EXPECT_LE(std::fabs(integral.value - exact), integral.error);
  EXPECT_LE(integral.error, 1e-4);
}

TEST(Quadrature, RunningOutOfPanelsIsAStatus) {
  QuadratureOptions few;
  few.max_panels = 8;
  const Integral integral = normal_expectation([](double z) { return z > 0.1234 ? 1.0 : 0.0; }, {}, few);
  EXPECT_EQ(integral.status, QuadratureStatus::not_converged);
  EXPECT_GT(integral.error, 1e-6);
}

TEST(Quadrature, NonFiniteIntegrandsAreAStatus) {
  const Integral nan = normal_expectation([](double) { return std::numeric_limits<double>::quiet_NaN(); });
  EXPECT_EQ(nan.status, QuadratureStatus::non_finite);
  EXPECT_TRUE(std::isnan(nan.value));
  const Integral inf = normal_expectation([](double) { return std::numeric_limits<double>::infinity(); });
  EXPECT_EQ(inf.status, QuadratureStatus::non_finite);
}

TEST(Quadrature, BadLimitsAreRefused) {
  const auto one = [](double) { return 1.0; };
  EXPECT_THROW((void)integrate(one, 1, 0), Error);
  EXPECT_THROW((void)integrate(one, 0, std::numeric_limits<double>::infinity()), Error);
  EXPECT_THROW((void)integrate(one, std::numeric_limits<double>::quiet_NaN(), 1), Error);
}

TEST(Quadrature, QuadrantProbabilitiesInTwoDimensions) {
  // Sheppard: P(u1 > 0, u2 > 0) = 1/4 + asin(c)/(2 pi)
  const double zero[] = {0};
  for (const double c : {-0.999, -0.5, 0.0, 0.3, 0.9, 0.999999}) {
    const double s = std::sqrt(1 - c * c);
    const auto both = [c, s](double x, double y) { return x > 0 && c * x + s * y > 0 ? 1.0 : 0.0; };
    const BreaksAt line = [c, s](double x, std::vector<double>& breaks) { breaks.push_back(-c * x / s); };
    const Integral quadrant = normal_expectation_2d(both, zero, line);
    EXPECT_EQ(quadrant.status, QuadratureStatus::converged);
    EXPECT_NEAR(quadrant.value, 0.25 + std::asin(c) / (2 * std::numbers::pi), 1e-12) << c;
  }
}

TEST(Quadrature, ProductsFactorInTwoDimensions) {
  const auto f = [](double x, double y) { return x * x * std::cos(y); };
  expect_converged(normal_expectation_2d(f), std::exp(-0.5), 1e-13);
  expect_converged(normal_expectation_2d(f, {}, {}, {.even_in_y = true}), std::exp(-0.5), 1e-13);
}

}  // namespace
}  // namespace fanin
