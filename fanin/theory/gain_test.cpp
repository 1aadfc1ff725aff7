#include "fanin/theory/gain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

ScalarFunction named(const char* name) { return net::parse_activation(name); }

TEST(Gain, ForwardGainsMatchThePrintedTable) {
  // 1/√E φ², 4 decimals.
  struct Row {
    const char* name;
    double gain;
  };
  const Row rows[] = {{"sigmoid", 1.8462},  {"tanh", 1.5925},     {"selu", 1.0000}, {"elu", 1.2452},
                      {"gelu", 1.5335},     {"silu", 1.6765},     {"mish", 1.4868}, {"hardswish", 1.7367},
                      {"softplus", 1.0419}, {"softsign", 2.3375}, {"relu", 1.4142}};
  for (const Row& row : rows) EXPECT_NEAR(forward_gain(net::parse_activation(row.name)), row.gain, 5.01e-5) << row.name;
}

TEST(Gain, TheReluFamilyGivesHeToTheLastDigits) {
  EXPECT_NEAR(forward_gain(net::parse_activation("relu")), std::sqrt(2.0), 1e-14);
  EXPECT_NEAR(backward_gain(net::parse_activation("relu")), std::sqrt(2.0), 1e-14);
  for (const char* slope : {"0.01", "0.2", "1", "2.2360679774997896"}) {
    const net::Activation leaky = net::parse_activation("leaky_relu(" + std::string(slope) + ")");
    EXPECT_NEAR(forward_gain(leaky), std::sqrt(2 / (1 + leaky.parameter() * leaky.parameter())), 1e-14);
  }
  EXPECT_NEAR(forward_gain(net::parse_activation("linear")), 1, 1e-14);
}

TEST(Gain, SeluKeepsMeanZeroAndVarianceOne) {
  EXPECT_NEAR(forward_gain(net::parse_activation("selu")), 1, 1e-13);
  EXPECT_NEAR(mean(named("selu")), 0, 1e-13);
}

TEST(Gain, MeanRemovedGainsMatchWhatUsersPrint) {
  EXPECT_NEAR(mean_removed_gain(net::parse_activation("relu")), 1.713, 5e-4);
  EXPECT_NEAR(mean_removed_gain(net::parse_activation("sigmoid")), 4.80, 5e-3);
}

TEST(Gain, BackwardGainsAreTheRootsOfTheSlopeColumn) {
  EXPECT_NEAR(backward_gain(net::parse_activation("tanh")), 1 / std::sqrt(.46440290), 1e-8);
  EXPECT_NEAR(backward_gain(net::parse_activation("gelu")), 1 / std::sqrt(.45585087), 1e-8);
  EXPECT_NEAR(backward_gain(net::parse_activation("hardtanh")), 1 / std::sqrt(.68268949), 1e-8);
}

TEST(Gain, UserGivenFunctionsNeedOnlyTheirValue) {
  const ScalarFunction squared_relu([](double z) { return z > 0 ? z * z : 0; }, {.kinks = {0}});
  EXPECT_NEAR(forward_gain(squared_relu), std::sqrt(2.0 / 3), 1e-13);  // E relu^4 = 3/2
  EXPECT_NEAR(backward_gain(squared_relu), std::sqrt(0.5), 1e-9);      // E (2 relu)² = 2
  const ScalarFunction gelu([](double z) { return z * std::erfc(-z / std::sqrt(2.0)) / 2; });
  EXPECT_NEAR(forward_gain(gelu), forward_gain(net::parse_activation("gelu")), 1e-12);
  EXPECT_NEAR(backward_gain(gelu), backward_gain(net::parse_activation("gelu")), 1e-9);
}

TEST(Gain, DegenerateFunctionsGiveValuesNotErrors) {
  EXPECT_TRUE(std::isinf(forward_gain(ScalarFunction([](double) { return 0.0; }))));
  EXPECT_TRUE(std::isnan(forward_gain(ScalarFunction([](double z) { return std::exp(z * z * z * z); }))));
}

TEST(Gain, GatedFormsMatchMonteCarlo) {
  std::mt19937_64 engine(11);
  std::normal_distribution<double> normal;
  constexpr int kDraws = 400000;
  for (const Gate& gate : gates()) {
    const net::Activation phi = parse_gate(gate.name);
    double sum = 0, sum2 = 0, back = 0, back2 = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double a = normal(engine), b = normal(engine);
      const double y = a * phi.value(b), slope = a * phi.derivative(b);
      const double g = phi.value(b) * phi.value(b) + slope * slope;
      sum += y * y, sum2 += y * y * y * y, back += g, back2 += g * g;
    }
    const auto error = [](double s, double s2) {
      return std::sqrt((s2 / kDraws - s / kDraws * (s / kDraws)) / kDraws);
    };
    EXPECT_NEAR(gated_second_moment(phi), sum / kDraws, 4 * error(sum, sum2)) << gate.name;
    EXPECT_NEAR(std::pow(gated_backward_gain(phi), -2), back / kDraws, 4 * error(back, back2)) << gate.name;
    EXPECT_NEAR(gated_forward_gain(phi), forward_gain(phi), 1e-14) << gate.name;
  }
}

TEST(Gain, GatedFormsScaleWithTheVariance) {
  EXPECT_NEAR(gated_second_moment(named("linear"), 3), 9, 1e-12);
  EXPECT_NEAR(gated_second_moment(named("relu"), 3), 4.5, 1e-12);
}

TEST(Gain, AnUnknownGateSuggests) {
  try {
    (void)parse_gate("swigul");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unknown_name);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("swiglu"));
  }
}

TEST(Gain, PytorchGainsAreTheirTable) {
  // torch 1.13: torch.nn.init.calculate_gain(name[, parameter])
  EXPECT_EQ(pytorch_gain(net::parse_activation("linear")), 1);
  EXPECT_EQ(pytorch_gain(net::parse_activation("sigmoid")), 1);
  EXPECT_EQ(pytorch_gain(net::parse_activation("tanh")), 1.6666666666666667);
  EXPECT_EQ(pytorch_gain(net::parse_activation("relu")), 1.4142135623730951);
  EXPECT_EQ(pytorch_gain(net::parse_activation("leaky_relu")), 1.4141428569978354);
  EXPECT_EQ(pytorch_gain(net::parse_activation("leaky_relu(0.2)")), 1.3867504905630728);
  EXPECT_EQ(pytorch_gain(net::parse_activation("selu")), 0.75);
  try {
    (void)pytorch_gain(net::parse_activation("gelu"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
  }
}

}  // namespace
}  // namespace fanin::theory
