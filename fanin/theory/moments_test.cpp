#include "fanin/theory/moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

using std::numbers::pi;

ScalarFunction named(const char* name) { return net::parse_activation(name); }

TEST(Moments, ReproduceTheTableAtUnitVariance) {
  // Gauss–Legendre quadrature, 8 digits printed: E φ, E φ², Var φ, E φ'².
  struct Row {
    const char* name;
    double mean, second, variance, slope;
  };
  const Row rows[] = {
      {"relu", .39894228, .5, .34084506, .5},
      {"leaky_relu(0.01)", .39495286, .50005, .34406224, .50005},
      {"tanh", 0, .39429449, .39429449, .46440290},
      {"sigmoid", .5, .29337904, .04337904, .04483624},
      {"erf", 0, .46455905, .46455905, .56941003},
      {"gelu", .28209479, .42522148, .34564401, .45585087},
      {"gelu_tanh", .28203859, .42519371, .34564795, .45581785},
      {"silu", .20662096, .35577552, .31308330, .37948235},
      {"elu", .16052057, .64494542, .61917856, .66810200},
      {"selu", 0, 1, 1, 1.07157499},
      {"softplus", .80605918, .92124591, .27151450, .29337904},
      {"mish", .24040389, .45234219, .39454816, .47908376},
      {"softsign", 0, .18301402, .18301402, .22767134},
      {"hardtanh", 0, .51605855, .51605855, .68268949},
      {"hardsigmoid", .5, .27763909, .02763909, .02770278},
      {"hardswish", .16621670, .33156738, .30393938, .35853152},
      {"sin", 0, .43233236, .43233236, .56766764},
  };
  for (const Row& row : rows) {
    const Moments m = moments(named(row.name));
    EXPECT_EQ(m.status, QuadratureStatus::converged) << row.name;
    EXPECT_NEAR(m.mean, row.mean, 5.001e-9) << row.name;
    EXPECT_NEAR(m.second_moment, row.second, 5.001e-9) << row.name;
    EXPECT_NEAR(m.variance, row.variance, 5.001e-9) << row.name;
    EXPECT_NEAR(m.slope_second, row.slope, 5.001e-9) << row.name;
  }
}

TEST(Moments, MatchTheClosedFormsAtEveryVariance) {
  for (const double q : {1e-8, 1e-3, 0.1, 1.0, 3.0, 40.0, 1e4, 1e8}) {
    const Gaussian u{.q = q};
    const auto near = [&](double value, double exact, const char* what) {
      EXPECT_NEAR(value, exact, 2e-12 * std::fabs(exact)) << what << " at q = " << q;
    };
    const ScalarFunction erf = named("erf"), relu = named("relu"), gelu = named("gelu"), hardtanh = named("hardtanh");
    near(second_moment(erf, u), 2 / pi * std::asin(2 * q / (1 + 2 * q)), "erf");
    near(slope_second(erf, u), 4 / pi / std::sqrt(1 + 4 * q), "erf'");
    near(second_moment(relu, u), q / 2, "relu");
    near(mean(relu, u), std::sqrt(q / (2 * pi)), "relu mean");
    near(variance(relu, u), q / 2 - q / (2 * pi), "relu variance");
    near(slope_second(relu, u), 0.5, "relu'");
    near(slope_fourth(relu, u), 0.5, "relu'^4");
    near(second_moment(gelu, u),
         q / 4 + q / (2 * pi) * std::asin(q / (1 + q)) + q * q / (pi * (1 + q) * std::sqrt(1 + 2 * q)), "gelu");
    near(mean(gelu, u), q / std::sqrt(2 * pi * (1 + q)), "gelu mean");
    near(slope_second(hardtanh, u), std::erf(1 / std::sqrt(2 * q)), "hardtanh'");
    near(second_moment(named("leaky_relu(0.3)"), u), q * (1 + 0.09) / 2, "leaky");
    if (q > 1e3) continue;  // sin turns 300 times within a standard deviation beyond
    const double decay = std::exp(-2 * q);
    EXPECT_NEAR(second_moment(named("sin"), u), -std::expm1(-2 * q) / 2, 1e-12 * std::min(1.0, q)) << q;
    EXPECT_NEAR(slope_second(named("sin"), u), (1 + decay) / 2, 1e-12) << q;
  }
}

TEST(Moments, MatchTheClosedFormsWithAMean) {
  for (const double m : {-4.0, -0.5, 0.0, 0.7, 3.0}) {
    for (const double q : {0.01, 1.0, 9.0}) {
      const double s = std::sqrt(q), t = m / s;
      const double density = std::exp(-t * t / 2) / std::sqrt(2 * pi), cdf = std::erfc(-t / std::numbers::sqrt2) / 2;
      const Gaussian u{.q = q, .mean = m};
      EXPECT_NEAR(mean(named("relu"), u), m * cdf + s * density, 1e-13);
      EXPECT_NEAR(second_moment(named("relu"), u), (m * m + q) * cdf + m * s * density, 1e-12);
      EXPECT_NEAR(slope_second(named("relu"), u), cdf, 1e-13);
      EXPECT_NEAR(second_moment(named("linear"), u), m * m + q, 1e-13 * (m * m + q));
      EXPECT_NEAR(mean(named("erf"), u), std::erf(m / std::sqrt(1 + 2 * q)), 1e-13);
      EXPECT_NEAR(mean(named("sin"), u), std::sin(m) * std::exp(-q / 2), 1e-13);
    }
  }
}

TEST(Moments, TheCurvatureCompletesTheSlopeOfTheSecondMoment) {
  // d/dq E φ² by central differences of the second moment itself, kinked functions included.
  for (const net::ActivationFunction* function : net::activation_functions()) {
    const ScalarFunction phi = net::Activation(*function);
    for (const Gaussian u : {Gaussian{.q = 0.3}, Gaussian{.q = 2}, Gaussian{.q = 30}, Gaussian{.q = 1, .mean = -1}}) {
      const double h = 1e-3 * u.q;
      const auto at = [&](double q) { return second_moment(phi, {.q = q, .mean = u.mean}); };
      const double slope = (8 * (at(u.q + h) - at(u.q - h)) - (at(u.q + 2 * h) - at(u.q - 2 * h))) / (12 * h);
      const Moments m = moments(phi, u);
      EXPECT_NEAR(m.slope_second + m.curvature, slope, 1e-9) << function->name << " at q = " << u.q;
      EXPECT_NEAR(second_moment_slope(phi, u), slope, 1e-9) << function->name;
    }
  }
}

TEST(Moments, TheCurvatureOfASmoothFunctionIsEPhiPhiSecond) {
  for (const char* name : {"tanh", "gelu", "silu", "mish", "softplus", "sigmoid", "erf", "sin", "gelu_tanh"}) {
    const net::Activation phi = net::parse_activation(name);
    const Gaussian u{.q = 1.7};
    const Integral direct =
        expectation([&](double x) { return phi.value(x) * phi.second_derivative(x); }, phi.function().kinks, u);
    EXPECT_NEAR(moments(phi, u).curvature, direct.value, 1e-12) << name;
  }
}

TEST(Moments, ZeroVarianceIsThePointValue) {
  const Moments m = moments(named("tanh"), {.q = 0, .mean = 0.5});
  const double t = std::tanh(0.5), slope = 1 - t * t;
  EXPECT_DOUBLE_EQ(m.mean, t);
  EXPECT_DOUBLE_EQ(m.second_moment, t * t);
  EXPECT_EQ(m.variance, 0);
  EXPECT_NEAR(m.slope_second, slope * slope, 1e-15);
  EXPECT_NEAR(m.curvature, t * (-2 * t * slope), 1e-12);
  EXPECT_NEAR(second_moment_slope(named("relu"), {.q = 0}), 0.5, 1e-12);
  EXPECT_NEAR(second_moment_slope(named("gelu"), {.q = 0}), 0.25, 1e-12);
}

TEST(Moments, AgreeWithMonteCarlo) {
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal;
  constexpr int kDraws = 400000;
  for (const char* name : {"gelu", "hardswish", "elu(0.5)", "softsign"}) {
    const net::Activation phi = net::parse_activation(name);
    double sum = 0, sum2 = 0, slope = 0, slope2 = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double u = 0.4 + 1.5 * normal(engine);
      const double y = phi.value(u) * phi.value(u), d = phi.derivative(u) * phi.derivative(u);
      sum += y, sum2 += y * y, slope += d, slope2 += d * d;
    }
    const auto error = [](double s, double s2) {
      return std::sqrt((s2 / kDraws - s / kDraws * (s / kDraws)) / kDraws);
    };
    const Gaussian u{.q = 2.25, .mean = 0.4};
    EXPECT_NEAR(second_moment(phi, u), sum / kDraws, 4 * error(sum, sum2)) << name;
    EXPECT_NEAR(slope_second(phi, u), slope / kDraws, 4 * error(slope, slope2)) << name;
  }
}

TEST(Moments, OverflowIsAStatusAndNonsenseIsRefused) {
  const ScalarFunction steep([](double z) { return std::exp(z * z); });
  EXPECT_EQ(moments(steep, {.q = 100}).status, QuadratureStatus::non_finite);
  EXPECT_THROW((void)moments(named("relu"), {.q = -1}), Error);
  EXPECT_THROW((void)mean(named("relu"), {.q = std::numeric_limits<double>::quiet_NaN()}), Error);
  EXPECT_THROW((void)mean(named("relu"), {.q = 1, .mean = std::numeric_limits<double>::infinity()}), Error);
}

}  // namespace
}  // namespace fanin::theory
