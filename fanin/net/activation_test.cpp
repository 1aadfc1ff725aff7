#include "fanin/net/activation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

using ::testing::HasSubstr;

// Every function at its default parameter, and the parametric ones once more.
std::vector<Activation> samples() {
  std::vector<Activation> all;
  for (const ActivationFunction* function : activation_functions()) {
    all.emplace_back(*function);
    if (!function->parameter_name.empty()) all.emplace_back(*function, 0.3);
  }
  return all;
}

bool near_kink(const Activation& activation, double z, double distance) {
  for (const double kink : activation.function().kinks) {
    if (std::fabs(z - kink) < distance) return true;
  }
  return false;
}

TEST(Activation, DerivativesAgreeWithCentralDifferences) {
  constexpr double h = 1e-4;  // fourth-order stencils: truncation h^4, rounding 1e-16/h and 1e-16/h^2
  for (const Activation& phi : samples()) {
    for (double z = -7.9871; z < 8; z += 0.0731) {
      if (near_kink(phi, z, 3 * h)) continue;
      const double up1 = phi.value(z + h), down1 = phi.value(z - h);
      const double up2 = phi.value(z + 2 * h), down2 = phi.value(z - 2 * h);
      const double first = (8 * (up1 - down1) - (up2 - down2)) / (12 * h);
      EXPECT_NEAR(phi.derivative(z), first, 1e-10) << to_string(phi) << " at " << z;
      const double d1 = phi.derivative(z + h) - phi.derivative(z - h);
      const double d2 = phi.derivative(z + 2 * h) - phi.derivative(z - 2 * h);
      EXPECT_NEAR(phi.second_derivative(z), (8 * d1 - d2) / (12 * h), 1e-10) << to_string(phi) << " at " << z;
    }
  }
}

TEST(Activation, DerivativesKeepTheirDigitsInTheTails) {
  // Relative agreement with differences of the value itself where it decays: the left tails.
  for (const char* name : {"sigmoid", "softplus", "silu", "mish", "gelu_tanh", "gelu", "elu"}) {
    const Activation phi = parse_activation(name);
    const bool saturates = std::string(name) == "elu";  // value -> -1: only the slope decays
    const double z = std::string(name).starts_with("gelu") ? -6.0 : -20.0;
    constexpr double h = 1e-3;
    const double slope = phi.derivative(z);
    if (!saturates) {
      const double first = (8 * (phi.value(z + h) - phi.value(z - h)) - (phi.value(z + 2 * h) - phi.value(z - 2 * h)));
      EXPECT_NEAR(slope / (first / (12 * h)), 1, 1e-8) << name;
    }
    const double second =
        8 * (phi.derivative(z + h) - phi.derivative(z - h)) - (phi.derivative(z + 2 * h) - phi.derivative(z - 2 * h));
    EXPECT_NEAR(phi.second_derivative(z) / (second / (12 * h)), 1, 1e-8) << name;
  }
}

TEST(Activation, LargeArgumentsStayFinite) {
  for (const Activation& phi : samples()) {
    for (const double z : {1e3, -1e3, 1e20, -1e20, 1e155, -1e155, 1e300, -1e300}) {
      EXPECT_TRUE(std::isfinite(phi.value(z))) << to_string(phi) << " at " << z;
      EXPECT_TRUE(std::isfinite(phi.derivative(z))) << to_string(phi) << " at " << z;
      EXPECT_TRUE(std::isfinite(phi.second_derivative(z))) << to_string(phi) << " at " << z;
    }
  }
}

TEST(Activation, LimitsAtLargeArgumentsAreExact) {
  for (const char* name : {"relu", "gelu", "gelu_tanh", "silu", "mish", "hardswish", "softplus", "elu"}) {
    const Activation phi = parse_activation(name);
    EXPECT_EQ(phi.value(1e3), 1e3) << name;
    EXPECT_EQ(phi.derivative(1e3), 1) << name;
    EXPECT_EQ(phi.derivative(-1e3), 0) << name;
    EXPECT_EQ(phi.value(-1e3), std::string(name) == "elu" ? -1 : 0) << name;
  }
  EXPECT_EQ(parse_activation("sigmoid").value(1e3), 1);
  EXPECT_EQ(parse_activation("tanh").value(-1e3), -1);
  EXPECT_EQ(parse_activation("hardsigmoid").value(1e3), 1);
}

TEST(Activation, ValuesMatchPyTorch) {
  // torch 1.13, float64: F.<name>(torch.tensor([-1.5, 0.5, 2.0]))
  struct Row {
    const char* name;
    double at[3];
  };
  const Row rows[] = {
      {"relu", {0.0, 0.5, 2.0}},
      {"leaky_relu", {-0.015, 0.5, 2.0}},
      {"elu", {-0.7768698398515702, 0.5, 2.0}},
      {"selu", {-1.3658143533672527, 0.5253504936777402, 2.101401974710961}},
      {"sigmoid", {0.18242552380635635, 0.6224593312018546, 0.8807970779778823}},
      {"tanh", {-0.9051482536448664, 0.46211715726000974, 0.9640275800758169}},
      {"softsign", {-0.6, 0.3333333333333333, 0.6666666666666666}},
      {"softplus", {0.2014132779827524, 0.9740769841801067, 2.1269280110429727}},
      {"gelu", {-0.10021080190328704, 0.34573123063700656, 1.9544997361036416}},
      {"gelu_tanh", {-0.10042842301976707, 0.34571400982514394, 1.954597694087775}},
      {"silu", {-0.2736382857095345, 0.3112296656009273, 1.7615941559557646}},
      {"mish", {-0.29809974216680674, 0.3752452113048951, 1.9439589595339946}},
      {"hardswish", {-0.375, 0.2916666666666667, 1.6666666666666667}},
      {"hardsigmoid", {0.25, 0.5833333333333334, 0.8333333333333334}},
      {"hardtanh", {-1.0, 0.5, 1.0}},
      {"erf", {-0.9661051464753108, 0.5204998778130465, 0.9953222650189527}},
      {"sin", {-0.9974949866040544, 0.479425538604203, 0.9092974268256817}},
  };
  constexpr double z[] = {-1.5, 0.5, 2.0};
  for (const Row& row : rows) {
    const Activation phi = parse_activation(row.name);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(phi.value(z[i]), row.at[i], 4e-16) << row.name << " at " << z[i];
  }
}

TEST(Activation, SubgradientsAtKinksAreThoseOfPyTorch) {
  // torch 1.13, float64: x = torch.tensor([kink], requires_grad=True); F.<name>(x).backward(); x.grad
  struct Row {
    const char* name;
    double kink, slope;
  };
  const Row rows[] = {
      {"relu", 0, 0},
      {"leaky_relu", 0, 0.01},
      {"elu", 0, 1},
      {"elu(1.5)", 0, 1.5},
      {"selu", 0, 1.7580993408473766},
      {"softsign", 0, 1},
      {"hardswish", -3, -0.5},
      {"hardswish", 3, 1},  // as PyTorch on 16 and more values; on fewer it says 1.5
      {"hardsigmoid", -3, 0},
      {"hardsigmoid", 3, 0},
      {"hardtanh", -1, 0},
      {"hardtanh", 1, 0},
  };
  for (const Row& row : rows) EXPECT_DOUBLE_EQ(parse_activation(row.name).derivative(row.kink), row.slope) << row.name;
}

TEST(Activation, TextRoundTrips) {
  for (const Activation& phi : samples()) {
    const Activation back = parse_activation(to_string(phi));
    EXPECT_EQ(&back.function(), &phi.function());
    EXPECT_EQ(back.parameter(), phi.parameter());
  }
  EXPECT_EQ(to_string(parse_activation("leaky_relu(0.2)")), "leaky_relu(negative_slope=0.2)");
  EXPECT_EQ(to_string(parse_activation("elu(alpha=1)")), "elu");
  EXPECT_EQ(parse_activation(to_string(parse_activation("leaky_relu(0.1234567890123456)"))).parameter(),
            0.1234567890123456);
}

TEST(Activation, NamesAndAliasesAreUnique) {
  std::set<std::string_view> seen;
  for (const ActivationFunction* function : activation_functions()) {
    EXPECT_TRUE(seen.insert(function->name).second) << function->name;
    for (const std::string_view alias : function->aliases) EXPECT_TRUE(seen.insert(alias).second) << alias;
    EXPECT_FALSE(function->formula.empty());
    EXPECT_FALSE(function->source.empty()) << function->name;
  }
  EXPECT_EQ(activation_functions().size(), 18U);
}

TEST(Activation, AliasesNameTheSameFunction) {
  EXPECT_EQ(to_string(parse_activation("swish")), "silu");
  EXPECT_EQ(to_string(parse_activation("identity")), "linear");
  EXPECT_EQ(to_string(parse_activation("logistic")), "sigmoid");
}

TEST(Activation, AnUnknownNameSuggestsTheNearest) {
  try {
    (void)parse_activation("relux");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unknown_name);
    EXPECT_THAT(error.message(), HasSubstr("did you mean relu"));
  }
}

TEST(Activation, BadParametersAreRefused) {
  for (const char* text : {"leaky_relu(nan)", "leaky_relu(inf)", "elu(alpha=1e999)", "elu(alpha=x)"}) {
    try {
      (void)parse_activation(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_value) << text;
    }
  }
  EXPECT_THROW((void)parse_activation("relu(1)"), Error);
  EXPECT_THROW((void)parse_activation("elu(slope=1)"), Error);
}

}  // namespace
}  // namespace fanin::net
