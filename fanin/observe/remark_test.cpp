#include "fanin/observe/remark.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/observe/reference_chain.hpp"

namespace fanin::observe {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Outcome kTrains{.test_accuracy = 0.871, .chance_accuracy = 0.1, .test_rows = 10'000};
const Outcome kAtChance{.test_accuracy = 0.1, .chance_accuracy = 0.1, .test_rows = 10'000};

ReferenceChain::Fill constant(float value) {
  return [=](std::vector<float>& weight, std::int64_t, std::int64_t, std::mt19937_64&) {
    weight.assign(weight.size(), value);
  };
}

/// Normal with the standard deviation that `std_dev` gives for (fan_in, fan_out).
ReferenceChain::Fill normal(double (*std_dev)(double, double)) {
  return [=](std::vector<float>& weight, std::int64_t in, std::int64_t out, std::mt19937_64& rng) {
    std::normal_distribution<float> law(0,
                                        static_cast<float>(std_dev(static_cast<double>(in), static_cast<double>(out))));
    for (float& value : weight) value = law(rng);
  };
}

const ReferenceChain::Fill kHe = normal([](double in, double) { return std::sqrt(2 / in); });
const ReferenceChain::Fill kGlorot = normal([](double in, double out) { return std::sqrt(2 / (in + out)); });
const ReferenceChain::Fill kSmall = normal([](double, double) { return 0.01; });
const ReferenceChain::Fill kLarge = normal([](double, double) { return 1.0; });

StepZero start_of(const std::vector<std::int64_t>& widths, std::string_view activation,
                  const ReferenceChain::Fill& fill, std::uint64_t seed = 1, float loss_factor = 1) {
  ReferenceChain chain(widths, activation, fill, seed);
  StepZeroTap tap(chain.graph());
  chain.show(tap, 32, loss_factor);
  return tap.result();
}

/// The shape of the default experiment, a quarter as wide so that the test is quick.
const std::vector<std::int64_t> kClassifier{196, 64, 32, 10};

std::vector<std::int64_t> deep(std::size_t hidden_layers, std::int64_t width) {
  std::vector<std::int64_t> widths(hidden_layers + 2, width);
  widths.back() = 10;
  return widths;
}

TEST(Remark, ZerosWithReluCanOnlyMoveTheLastBias) {
  EXPECT_EQ(remark(start_of(kClassifier, "relu", constant(0)), kAtChance),
            "all weight gradients are exactly zero: only the bias of layer3 can move; stays at chance (10.0 %)");
}

TEST(Remark, ConstantWeightsAreASymmetry) {
  EXPECT_EQ(remark(start_of(kClassifier, "relu", constant(0.05F)), kAtChance),
            "all 64 units of layer1 and 1 more layer receive equal gradients: symmetry; stays at chance (10.0 %)");
  EXPECT_THAT(remark(start_of(kClassifier, "tanh", constant(0.01F)), kAtChance), HasSubstr("symmetry"));
  EXPECT_THAT(remark(start_of(kClassifier, "sigmoid", constant(-0.1F)), kAtChance), HasSubstr("symmetry"));
}

TEST(Remark, EqualGradientsOfDistinctUnitsAreNoSymmetry) {
  StepZero start = start_of(kClassifier, "relu", kHe);
  start.layers[0].equal_gradients = true;  // as below a layer whose columns are all equal
  EXPECT_THAT(remark(start, kTrains), StartsWith("healthy"));
  start.layers[0].equal_weights.reset();  // not known: then the gradients decide
  EXPECT_THAT(remark(start, kTrains), StartsWith("all 64 units of layer1 receive equal gradients"));
}

TEST(Remark, ZerosInALinearModelAreHealthy) {
  EXPECT_THAT(remark(start_of({784, 10}, "relu", constant(0)), kTrains), StartsWith("healthy"));
}

TEST(Remark, SmallNormalShrinksTheActivationsYetTrains) {
  // Each hidden layer of n inputs multiplies the size by 0.01·sqrt(n/2), the last by 0.01·sqrt(n):
  // 0.057 twice, or 18 times smaller per layer.
  EXPECT_THAT(
      remark(start_of(kClassifier, "relu", kSmall), kTrains),
      ContainsRegex("^activations shrink (1[5-9]|2[0-2]) times per layer: weights too small; still reaches 87.1 %$"));
}

TEST(Remark, LargeNormalGrowsTheActivations) {
  EXPECT_THAT(remark(start_of(kClassifier, "relu", kLarge), kTrains),
              ContainsRegex("^activations grow [4-7]\\.[0-9] times per layer: weights too large"));
  Outcome diverged;
  diverged.diverged_at_step = 3;
  EXPECT_THAT(remark(start_of(kClassifier, "relu", kLarge), diverged),
              StartsWith("diverged at step 3: activations grow"));
}

TEST(Remark, KeepsQuietAboutHealthyStarts) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const ReferenceChain::Fill& fill : {kHe, kGlorot}) {
      for (const char* activation : {"relu", "tanh"}) {
        EXPECT_THAT(remark(start_of(kClassifier, activation, fill, seed), kTrains), StartsWith("healthy"))
            << activation << " seed " << seed;
      }
    }
    EXPECT_THAT(remark(start_of(deep(20, 32), "relu", kHe, seed), kTrains), StartsWith("healthy")) << "seed " << seed;
  }
}

TEST(Remark, UnequalInputsOfHealthyLayersAreNoFinding) {
  // Glorot on two inputs and 64 units: the hidden signals are four times smaller than the input, so
  // layer1's gradient is seven times what its fan_in alone would give, and nothing is wrong.
  const std::vector<std::int64_t> spirals{2, 64, 64, 2};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_THAT(remark(start_of(spirals, "tanh", kGlorot, seed), kTrains), StartsWith("healthy")) << "seed " << seed;
  }
}

TEST(Remark, SigmoidChainsVanish) {
  EXPECT_THAT(
      remark(start_of(deep(8, 32), "sigmoid", kGlorot), kAtChance),
      AllOf(ContainsRegex("^layer1's gradient is [0-9.]+e-[0-9]+ of layer9's, expected about [0-9.]+: vanishing"),
            HasSubstr("; stays at chance (10.0 %)")));
}

TEST(Remark, SaturatedTanhChainsExplodeBackwards) {
  EXPECT_THAT(remark(start_of(deep(12, 64), "tanh", kLarge), kAtChance),
              ContainsRegex("^layer1's gradient is [0-9.e]+ times layer13's, expected about [0-9.]+: exploding"));
}

TEST(Remark, UnderflowIsDead) {
  EXPECT_THAT(remark(start_of(deep(40, 32), "relu", kSmall), kAtChance), HasSubstr("exactly zero"));
}

TEST(Remark, OverflowIsExploding) {
  EXPECT_THAT(remark(start_of(deep(90, 32), "relu", kLarge), {}),
              HasSubstr("is not finite on the first batch: exploding"));
}

TEST(Remark, ALastLayerOfZerosLetsTheOthersWait) {
  const ReferenceChain::Fill fill = [](std::vector<float>& weight, std::int64_t in, std::int64_t out,
                                       std::mt19937_64& rng) {
    out == 10 ? constant(0)(weight, in, out, rng) : kHe(weight, in, out, rng);
  };
  EXPECT_EQ(
      remark(start_of(kClassifier, "relu", fill), kTrains),
      "the gradients of layer1 and 1 more layer wait for layer3, whose weights start equal; still reaches 87.1 %");
}

TEST(Remark, DoesNotChangeWithTheLossesUnit) {
  for (const ReferenceChain::Fill& fill : {constant(0), constant(0.05F), kSmall, kLarge, kHe, kGlorot}) {
    const std::string plain = remark(start_of(kClassifier, "relu", fill), kTrains);
    for (const float factor : {0x1p-20F, 0x1p20F}) {
      EXPECT_EQ(remark(start_of(kClassifier, "relu", fill, 1, factor), kTrains), plain);
    }
  }
}

TEST(Remark, SaysWhatItCannotTell) {
  const StepZero start = start_of(kClassifier, "relu", kHe);
  EXPECT_THAT(remark(start, kAtChance), AllOf(StartsWith("cannot tell"), HasSubstr("stays at chance (10.0 %)")));
  Outcome diverged;
  diverged.diverged_at_step = 17;
  EXPECT_EQ(remark(start, diverged), "diverged at step 17 from a healthy start: try a smaller learning rate");
  EXPECT_THAT(remark(StepZero{}, kTrains), StartsWith("cannot tell: no layer"));
  EXPECT_THAT(remark(start, Outcome{}), StartsWith("healthy"));  // regression has no accuracy
}

TEST(Remark, IsOneShortLine) {
  for (const ReferenceChain::Fill& fill : {constant(0), constant(0.05F), kSmall, kLarge, kHe}) {
    for (const Outcome& outcome : {kTrains, kAtChance, Outcome{}}) {
      const std::string text = remark(start_of(kClassifier, "relu", fill), outcome);
      EXPECT_THAT(text, Not(HasSubstr("\n")));
      EXPECT_LE(text.size(), 130U) << text;
    }
  }
}

TEST(AtChance, AllowsThreeStandardErrorsOfTheTestRows) {
  // 10,000 rows at 10 %: one standard error is 0.3 %.
  EXPECT_TRUE(at_chance({.test_accuracy = 0.1085, .chance_accuracy = 0.1, .test_rows = 10'000}));
  EXPECT_FALSE(at_chance({.test_accuracy = 0.1095, .chance_accuracy = 0.1, .test_rows = 10'000}));
  EXPECT_TRUE(at_chance({.test_accuracy = 0.05, .chance_accuracy = 0.1, .test_rows = 10'000}));
  EXPECT_TRUE(at_chance({.test_accuracy = 0.18, .chance_accuracy = 0.1, .test_rows = 100}));
  EXPECT_FALSE(at_chance({.test_accuracy = 0.11, .chance_accuracy = 0.1, .test_rows = 0}));
  EXPECT_FALSE(at_chance(Outcome{}));
}

TEST(SizeRatioHalfWidth, FollowsTheScatterOfRandomNetworks) {
  // Monte Carlo: log of a squared size after 12 ReLU layers of 48 units, He start. A layer multiplies
  // the squared size by the mean of 48 draws of 2bz², b a fair coin and z normal: mean 1, variance 5,
  // third central moment 44. The log of such a mean of n draws has variance 5/n to first order and,
  // by Taylor's series, (2.5·5² - 44)/n² more to second: 18.5/48² in each of the 12 layers.
  constexpr std::int64_t width = 48;
  constexpr int layers = 12;
  constexpr int networks = 600;
  std::mt19937_64 rng(7);
  std::normal_distribution<float> law(0, std::sqrt(2.0F / width));
  double sum = 0;
  double squares = 0;
  for (int network = 0; network < networks; ++network) {
    std::vector<float> x(width, 1.0F);
    for (int layer = 0; layer < layers; ++layer) {
      std::vector<float> y(width, 0.0F);
      for (float& value : y) {
        for (const float input : x) value += law(rng) * input;
        value = std::max(value, 0.0F);
      }
      x = y;
    }
    double size = 0;
    for (const float value : x) size += static_cast<double>(value) * static_cast<double>(value);
    sum += std::log(size);
    squares += std::log(size) * std::log(size);
  }
  const double measured = (squares - sum * sum / networks) / (networks - 1);
  std::vector<LayerStart> chain(layers + 1);
  for (LayerStart& layer : chain) layer.units = width;
  const double half_width = size_ratio_half_width(chain);
  const double predicted = half_width * half_width / 9 - 1;
  EXPECT_NEAR(predicted, 5.0 * layers / width, 1e-12);
  // The standard error of a variance over n draws of a near-Gaussian is sqrt(2/n) of it.
  EXPECT_NEAR(measured, predicted + 18.5 * layers / (width * width), 3.5 * std::sqrt(2.0 / networks) * measured);
}

}  // namespace
}  // namespace fanin::observe
