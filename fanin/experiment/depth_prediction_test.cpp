#include "fanin/experiment/depth_prediction.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

DepthPrediction predict(const std::string& net, const std::string& activation, const std::string& init) {
  return predict_depth({.net = net, .activation = activation, .init = init});
}

TEST(DepthPrediction, HeKeepsBothSizesOfAReluNetworkWhateverItsWidths) {
  const DepthPrediction he = predict("784-256-128-64-10", "relu", "he_normal");
  ASSERT_EQ(he.layers.size(), 4U);
  EXPECT_EQ(he.layers[1].name, "layer2");
  EXPECT_EQ(he.layers[1].fan_in, 256);
  EXPECT_EQ(he.layers[1].units, 128);
  // sw2 = 2; after relu E x² = q/2 = E x² of the input. The last layer is linear: twice that.
  for (const LayerPrediction& layer : he.layers) EXPECT_NEAR(layer.weight_variance, 2, 1e-12);
  EXPECT_NEAR(he.layers[2].activation_second_moment, 1, 1e-12);
  EXPECT_NEAR(he.layers[3].activation_second_moment, 2, 1e-12);
  EXPECT_NEAR(he.gradients.ratio, 1, 1e-12);
  EXPECT_NEAR(he.activations.ratio, 1, 1e-12);
  EXPECT_EQ(he.gradients.trend, SizeTrend::kept);
  EXPECT_EQ(he.activations.trend, SizeTrend::kept);
  EXPECT_TRUE(he.exact);
}

TEST(DepthPrediction, GlorotHalvesTheSecondMomentsOfAReluNetworkPerLayer) {
  // He et al. 2015: 2^-30 at 30 layers. Equal widths, so that glorot's variance is 1/fan_in.
  std::string net = "100";
  for (int i = 0; i < 31; ++i) net += "-100";
  const DepthPrediction glorot = predict(net, "relu", "glorot_normal");
  EXPECT_NEAR(glorot.layers[29].activation_second_moment, std::exp2(-30), std::exp2(-30) * 1e-9);
  EXPECT_NEAR(glorot.layers[0].gradient_second_moment, std::exp2(-30), std::exp2(-30) * 1e-9);
  EXPECT_NEAR(glorot.gradients.factor_per_layer, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(glorot.gradients.layers_to_thousandfold, std::log(1000) / std::log(std::sqrt(2)), 1e-9);
  EXPECT_EQ(glorot.gradients.trend, SizeTrend::vanishing);
  EXPECT_EQ(glorot.activations.trend, SizeTrend::vanishing);
}

TEST(DepthPrediction, LargeWeightsExplodeAndOverflowIsAValue) {
  std::string net = "64";
  for (int i = 0; i < 20; ++i) net += "-64";
  const DepthPrediction large = predict(net, "relu", "normal(std=1)");
  EXPECT_NEAR(large.gradients.factor_per_layer, std::sqrt(32), 1e-9);
  EXPECT_EQ(large.gradients.trend, SizeTrend::exploding);
  const DepthPrediction overflow = predict(net, "relu", "normal(std=1e30)");
  EXPECT_FALSE(std::isfinite(overflow.layers.back().activation_second_moment));
  EXPECT_EQ(overflow.activations.trend, SizeTrend::exploding);
}

TEST(DepthPrediction, AHalfIsShrinkingAndTwiceIsGrowing) {
  // Second moments fall to a quarter over two layers of glorot, and grow fourfold with He's variance doubled.
  const DepthPrediction half = predict("64x4-64", "relu", "glorot_normal");
  EXPECT_NEAR(half.activations.ratio, 0.5, 1e-12);
  EXPECT_EQ(half.activations.trend, SizeTrend::shrinking);
  EXPECT_EQ(half.gradients.trend, SizeTrend::shrinking);
  const DepthPrediction twice = predict("64x4-64", "relu", "he_normal(gain=2)");
  EXPECT_NEAR(twice.activations.ratio, 2, 1e-12);
  EXPECT_EQ(twice.activations.trend, SizeTrend::growing);
  EXPECT_EQ(predict("64x4-64", "relu", "he_normal").activations.trend, SizeTrend::kept);
}

TEST(DepthPrediction, ASchemeForTheWholeNetworkDecidesBiasesToo) {
  // PyTorch's Linear: Var W = Var b = 1/(3·fan_in), so q1 = 1/3 + 1/(3·48), and relu halves it.
  const DepthPrediction torch = predict("48-24-12", "relu", "pytorch_default");
  EXPECT_EQ(torch.settings.init, "pytorch_default");
  EXPECT_NEAR(torch.layers[0].activation_second_moment, (1.0 / 3 + 1.0 / (3 * 48)) / 2, 1e-12);
  const DepthPrediction without = predict_depth({.net = "48-24-12", .init = "pytorch_default", .bias_variance = 0});
  EXPECT_NEAR(without.layers[0].activation_second_moment, 1.0 / 6, 1e-12);
  EXPECT_EQ(predict("48-24-12", "relu", "pytorch_linear").layers[0].activation_second_moment,
            without.layers[0].activation_second_moment);
}

TEST(DepthPrediction, ZerosLeaveNothing) {
  const DepthPrediction zeros = predict("8-8-8-2", "relu", "zeros");
  EXPECT_EQ(zeros.layers[0].activation_second_moment, 0);
  EXPECT_EQ(zeros.layers[0].gradient_second_moment, 0);
  EXPECT_EQ(zeros.gradients.ratio, 0);
  EXPECT_EQ(zeros.gradients.trend, SizeTrend::vanishing);
}

TEST(DepthPrediction, SaysWhenTheWeightsAreNoIndependentDraws) {
  EXPECT_FALSE(predict("8-8-2", "relu", "constant(0.1)").exact);
  EXPECT_TRUE(predict("8-8-2", "relu", "truncated_normal(std=0.1)").exact);
}

TEST(DepthPrediction, WithoutHiddenLayersThereIsNothingToCompare) {
  const DepthPrediction shallow = predict("8-2", "relu", "he_normal");
  EXPECT_TRUE(std::isnan(shallow.gradients.ratio));
  EXPECT_EQ(shallow.gradients.trend, SizeTrend::kept);
  EXPECT_EQ(shallow.layers.size(), 1U);
}

TEST(DepthPrediction, RefusesWhatNoNetworkHas) {
  const auto asked = [](const DepthSettings& settings) { return [settings] { (void)predict_depth(settings); }; };
  EXPECT_THAT(asked({.net = "8-x"}), ThrowsMessage<Error>(HasSubstr("x")));
  EXPECT_THAT(asked({.net = "8-8-2", .activation = "rleu"}), ThrowsMessage<Error>(HasSubstr("relu")));
  EXPECT_THAT(asked({.net = "8-8-2", .init = "he_norml"}), ThrowsMessage<Error>(HasSubstr("he_normal")));
  EXPECT_THAT(asked({.net = "8-2", .bias_variance = std::nan("")}), ThrowsMessage<Error>(HasSubstr("bias_variance")));
  EXPECT_THAT(asked({.net = "8-2", .input_second_moment = 0}), ThrowsMessage<Error>(HasSubstr("input_second_moment")));
}

}  // namespace
}  // namespace fanin::experiment
