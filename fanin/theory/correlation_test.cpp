#include "fanin/theory/correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>
#include <random>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

using std::numbers::pi;

ScalarFunction named(const char* name) { return net::parse_activation(name); }

/// The same function without its name: no closed form can be taken.
ScalarFunction anonymous(const char* name) {
  const net::Activation phi = net::parse_activation(name);
  return ScalarFunction([phi](double z) { return phi.value(z); },
                        {.kinks = {phi.function().kinks.begin(), phi.function().kinks.end()},
                         .derivative = [phi](double z) { return phi.derivative(z); }});
}

TEST(Correlation, QuadratureAgreesWithTheArcCosineKernel) {
  for (const double q : {1e-4, 1.0, 50.0}) {
    for (const double c : {-1.0, -0.99999, -0.7, 0.0, 0.2, 0.9, 0.9999, 1 - 1e-8, 1.0}) {
      const double angle = std::acos(c);
      const double j = (std::sqrt(1 - c * c) + (pi - angle) * c) / pi;  // 1 - c² costs digits near 1
      EXPECT_NEAR(arc_cosine(c), j, 2e-14) << c;
      EXPECT_NEAR(product_moment(anonymous("relu"), c, {.q = q}), q * j / 2, 1e-12 * q) << c;
      EXPECT_NEAR(product_moment(named("relu"), c, {.q = q}), q * j / 2, 1e-14 * q) << c;
      EXPECT_NEAR(slope_product_moment(anonymous("relu"), c, {.q = q}), (pi - angle) / pi / 2, 2e-12) << c;
      EXPECT_NEAR(arc_cosine_slope(c), (pi - angle) / pi, 1e-12);
    }
  }
}

TEST(Correlation, TheLeakyMapHasItsClosedForm) {
  for (const double a : {0.01, 0.3, -0.5}) {
    const std::string text = "leaky_relu(" + std::to_string(a) + ")";
    const Variances v{.weight_variance = 2 / (1 + a * a)};
    for (const double c : {-0.9, 0.0, 0.5, 0.999}) {
      const double bend = std::sqrt(1 - c * c) - c * std::acos(c);
      const double exact = c + (1 - a) * (1 - a) / (pi * (1 + a * a)) * bend;
      EXPECT_NEAR(correlation_map(named(text.c_str()), 1.7, c, v), exact, 1e-14);
      EXPECT_NEAR(correlation_map(anonymous(text.c_str()), 1.7, c, v), exact, 1e-12);
    }
  }
}

TEST(Correlation, SmoothAndKinkedFunctionsHaveTheirClosedForms) {
  for (const double q : {0.05, 1.0, 30.0, 1e4}) {
    for (const double c : {-0.95, -0.2, 0.0, 0.6, 0.999, 1 - 1e-10}) {
      const double slopes = 4 / pi / std::sqrt((1 + 2 * q) * (1 + 2 * q) - 4 * q * q * c * c);
      // Williams 1998
      EXPECT_NEAR(product_moment(named("erf"), c, {.q = q}), 2 / pi * std::asin(2 * q * c / (1 + 2 * q)), 2e-12);
      EXPECT_NEAR(slope_product_moment(named("erf"), c, {.q = q}), slopes, 1e-12 * slopes + 1e-14) << q << " " << c;
      if (q > 100) continue;
      EXPECT_NEAR(product_moment(named("sin"), c, {.q = q}), std::exp(-q) * std::sinh(q * c), 1e-12);
    }
  }
  // E sign sign = 2/pi asin c, from hardtanh at a large variance: |error| = O(1/√q)
  EXPECT_NEAR(product_moment(named("hardtanh"), 0.5, {.q = 1e10}), 1.0 / 3, 2e-5);
}

TEST(Correlation, TheDeficitKeepsItsDigitsNearOne) {
  for (const double d : {1e-3, 1e-6, 1e-9, 1e-12}) {
    // relu: d - (sin t - t cos t)/pi over 2, t = acos(1 - d), by its series t³/3 (1 - t²/10)
    const double t = 2 * std::asin(std::sqrt(d / 2));
    const double exact = (d - t * t * t / 3 * (1 - t * t / 10 + t * t * t * t / 280) / pi) / 2;
    EXPECT_NEAR(product_deficit(named("relu"), d) / exact, 1, 1e-12) << d;
    EXPECT_NEAR(product_deficit(anonymous("relu"), d) / exact, 1, 1e-9) << d;
    // smooth: q E φ'² d - O(d²), with the second term from Price's theorem: q² E φ''² / 2
    const net::Activation tanh = net::parse_activation("tanh");
    const double bend = expectation([&](double x) { return std::pow(tanh.second_derivative(x), 2); }, {}).value;
    const double smooth = slope_second(tanh) * d - bend / 2 * d * d;
    EXPECT_NEAR(product_deficit(tanh, d) / smooth, 1, d * d + 1e-9) << d;
  }
}

TEST(Correlation, PricesTheoremTiesTheSlopeToTheProduct) {
  // d/dc E φφ = q E φ'φ', for every function of the catalogue, with a mean too.
  for (const net::ActivationFunction* function : net::activation_functions()) {
    const ScalarFunction phi = net::Activation(*function);
    for (const Gaussian u : {Gaussian{.q = 1}, Gaussian{.q = 6, .mean = 0.5}}) {
      const double c = 0.4, h = 1e-3;
      const auto at = [&](double x) { return product_moment(phi, x, u); };
      const double slope = (8 * (at(c + h) - at(c - h)) - (at(c + 2 * h) - at(c - 2 * h))) / (12 * h);
      EXPECT_NEAR(u.q * slope_product_moment(phi, c, u), slope, 2e-9) << function->name;
    }
  }
}

TEST(Correlation, TheEndsAreOneDimensional) {
  for (const char* name : {"gelu", "hardswish", "elu"}) {
    const net::Activation phi = net::parse_activation(name);
    EXPECT_NEAR(product_moment(phi, 1), second_moment(phi), 1e-15);
    const double kinks[] = {-3, 0, 3};
    const Integral mirrored = expectation([&](double x) { return phi.value(x) * phi.value(-x); }, kinks);
    EXPECT_NEAR(product_moment(phi, -1), mirrored.value, 1e-12) << name;
    EXPECT_NEAR(product_moment(phi, 0), std::pow(mean(phi), 2), 1e-12) << name;
  }
}

TEST(Correlation, ReluOnTheEdgeDecaysAsTheInverseSquare) {
  // l²(1 - c_l) from c_0 = 0; the limit is 9π²/2 = 44.4132 (Hayou et al. 2019).
  const Variances he{.weight_variance = 2};
  const std::map<int, double> printed{{10, 12.85}, {100, 35.77}, {1000, 43.13}, {10000, 44.25}};
  double distance = 1;
  for (int l = 1; l <= 10000; ++l) {
    distance = distance_map(named("relu"), 1, distance, he);
    const double scaled = distance * l * l;
    if (const auto row = printed.find(l); row != printed.end()) {
      EXPECT_NEAR(scaled, row->second, 5.01e-3) << "layer " << l;
    }
  }
  // Without the closed form the first hundred layers are the same.
  double quadrature = 1;
  for (int l = 1; l <= 100; ++l) quadrature = distance_map(anonymous("relu"), 1, quadrature, he);
  EXPECT_NEAR(quadrature * 1e4, 35.77, 5.01e-3);
}

TEST(Correlation, FixedPointsOfPoole2016) {
  struct Row {
    double weight_std, c;
  };
  for (const Row& row : {Row{1.3, 1}, Row{2.5, .122104}, Row{4, .029696}}) {
    const Variances v{.weight_variance = row.weight_std * row.weight_std, .bias_variance = 0.09};
    const double q = variance_fixed_point(named("tanh"), v).q;
    const CorrelationFixedPoint point = correlation_fixed_point(named("tanh"), q, v);
    EXPECT_EQ(point.status, SolveStatus::converged);
    EXPECT_NEAR(point.c, row.c, 5.01e-7);
    EXPECT_NEAR(correlation_map(named("tanh"), q, point.c, v), point.c, 1e-11);
    EXPECT_LT(point.slope, 1);
  }
}

TEST(Correlation, AnOddFunctionWithoutBiasDecorrelatesFully) {
  const Variances v{.weight_variance = 3};
  const double q = variance_fixed_point(named("erf"), v).q;
  const CorrelationFixedPoint point = correlation_fixed_point(named("erf"), q, v);
  EXPECT_EQ(point.c, 0);
  EXPECT_NEAR(point.slope, 3 * 4 / pi / (1 + 2 * q), 1e-11);  // sw2 (E erf')²
}

TEST(Correlation, AgreesWithMonteCarlo) {
  std::mt19937_64 engine(5);
  std::normal_distribution<double> normal;
  constexpr int kDraws = 300000;
  const double c = 0.6, q = 2, s = std::sqrt(1 - c * c);
  for (const char* name : {"gelu", "hardswish", "selu"}) {
    const net::Activation phi = net::parse_activation(name);
    double sum = 0, sum2 = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double x = normal(engine), y = c * x + s * normal(engine);
      const double product = phi.value(std::sqrt(q) * x) * phi.value(std::sqrt(q) * y);
      sum += product, sum2 += product * product;
    }
    const double mean = sum / kDraws, error = std::sqrt((sum2 / kDraws - mean * mean) / kDraws);
    EXPECT_NEAR(product_moment(phi, c, {.q = q}), mean, 4 * error) << name;
  }
}

TEST(Correlation, CorrelationsOutsideTheirRangeAreRefused) {
  EXPECT_THROW((void)product_moment(named("tanh"), 1.01), Error);
  EXPECT_THROW((void)product_deficit(named("tanh"), -0.1), Error);
  EXPECT_THROW((void)correlation_map_slope(named("tanh"), 1, std::nan(""), {}), Error);
}

}  // namespace
}  // namespace fanin::theory
