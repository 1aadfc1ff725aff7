#include "fanin/theory/gain_summary.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/theory/gain.hpp"
#include "fanin/theory/mean_field.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(GainSummary, AtVarianceOneItIsTheGainsOfTheLiterature) {
  for (const char* name : {"relu", "tanh", "gelu", "leaky_relu(0.2)", "selu", "softplus"}) {
    const net::Activation phi = net::parse_activation(name);
    const GainSummary summary = gain_summary(name);
    EXPECT_EQ(summary.unit, net::to_string(phi));
    EXPECT_DOUBLE_EQ(summary.forward, forward_gain(phi)) << name;
    EXPECT_DOUBLE_EQ(summary.backward, backward_gain(phi)) << name;
    EXPECT_DOUBLE_EQ(summary.mean_removed, mean_removed_gain(phi)) << name;
    EXPECT_FALSE(summary.gated);
  }
  EXPECT_NEAR(gain_summary("gelu").second_moment, .42522148, 5e-9);
  EXPECT_NEAR(gain_summary("gelu").mean, .28209479, 5e-9);
}

TEST(GainSummary, AtAnotherVarianceTheForwardGainMakesItAFixedPoint) {
  for (const char* name : {"tanh", "gelu", "sigmoid"}) {
    for (const double q : {0.01, 0.5, 4.0, 100.0}) {
      const double gain = gain_summary(name, q).forward;
      EXPECT_NEAR(variance_map(net::parse_activation(name), q, {.weight_variance = gain * gain}), q, 1e-11 * q) << name;
    }
  }
  EXPECT_NEAR(gain_summary("relu", 1e4).forward, std::sqrt(2), 1e-12) << "relu has no scale of its own";
}

TEST(GainSummary, GatedUnitsMultiplyTheirHalves) {
  const net::Activation silu = net::parse_activation("silu");
  const GainSummary summary = gain_summary("swiglu");
  EXPECT_TRUE(summary.gated);
  EXPECT_EQ(summary.mean, 0);
  EXPECT_DOUBLE_EQ(summary.forward, gated_forward_gain(silu));
  EXPECT_DOUBLE_EQ(summary.backward, gated_backward_gain(silu));
  EXPECT_DOUBLE_EQ(summary.mean_removed, summary.forward);
  EXPECT_FALSE(summary.pytorch.has_value());
  EXPECT_DOUBLE_EQ(gain_summary("swiglu", 3.0).second_moment, gated_second_moment(silu, 3.0));
  // a·b of two N(0, q): second moment q², both ways back q each.
  EXPECT_NEAR(gain_summary("bilinear", 3.0).second_moment, 9, 1e-11);
  EXPECT_NEAR(gain_summary("bilinear", 3.0).slope_second_moment, 6, 1e-11);
}

TEST(GainSummary, PytorchsValueIsThereWherePytorchHasOne) {
  EXPECT_EQ(gain_summary("tanh").pytorch, 5.0 / 3);
  EXPECT_EQ(gain_summary("selu").pytorch, 0.75);
  EXPECT_DOUBLE_EQ(gain_summary("leaky_relu(0.2)").pytorch.value(), std::sqrt(2 / 1.04));
  EXPECT_FALSE(gain_summary("gelu").pytorch.has_value());
}

TEST(GainSummary, RefusesWhatItCannotMean) {
  const auto gain_of = [](std::string_view unit, double variance) {
    return [unit, variance] { (void)gain_summary(unit, variance); };
  };
  EXPECT_THAT(gain_of("swigl", 1), ThrowsMessage<Error>(HasSubstr("did you mean swiglu")));
  EXPECT_THAT(gain_of("geluu", 1), ThrowsMessage<Error>(HasSubstr("gelu")));
  EXPECT_THAT(gain_of("swiglu(2)", 1), ThrowsMessage<Error>(HasSubstr("gated unit")));
  EXPECT_THAT(gain_of("leaky_relu(nan)", 1), ThrowsMessage<Error>(HasSubstr("nan")));
  for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_THAT(gain_of("relu", bad), ThrowsMessage<Error>(HasSubstr("variance")));
  }
}

}  // namespace
}  // namespace fanin::theory
