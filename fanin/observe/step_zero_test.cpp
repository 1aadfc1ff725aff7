#include "fanin/observe/step_zero.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::observe {
namespace {

using ::testing::HasSubstr;

net::Graph small_net() { return net::dense_network({3, 2, 4}, net::parse_activation("relu")); }

void show(StepZeroTap& tap, net::TapKind kind, std::string_view name, const Shape& shape, std::vector<float> values) {
  tap.see({kind, name, values, &shape});
}

void show_gradient(StepZeroTap& tap, std::vector<float> values) {
  show(tap, net::TapKind::weight_gradient, "layer1.weight", {2, 3}, std::move(values));
}

LayerStart first_layer_after(std::vector<float> gradient) {
  StepZeroTap tap(small_net());
  show_gradient(tap, std::move(gradient));
  return tap.result().layers.at(0);
}

TEST(StepZeroTap, ListsTheLayersOfTheGraphInOrder) {
  const StepZero start = StepZeroTap(small_net()).result();
  ASSERT_EQ(start.layers.size(), 2U);
  EXPECT_EQ(start.layers[0].name, "layer1");
  EXPECT_EQ(start.layers[0].parameter, "layer1.weight");
  EXPECT_EQ(start.layers[0].fan_in, 3);
  EXPECT_EQ(start.layers[0].units, 2);
  EXPECT_EQ(start.layers[1].name, "layer2");
  EXPECT_EQ(start.layers[1].units, 4);
  EXPECT_EQ(start.rows, 0);
  EXPECT_TRUE(std::isnan(start.layers[0].activation_mean));  // nothing was shown yet
  EXPECT_FALSE(start.layers[0].equal_weights.has_value());
}

TEST(StepZeroTap, MeasuresTheGradientOfEveryLayer) {
  const LayerStart layer = first_layer_after({3, 0, 0, 0, -4, 0});
  EXPECT_DOUBLE_EQ(layer.gradient_norm, 5);
  EXPECT_FALSE(layer.zero_gradient);
  EXPECT_FALSE(layer.equal_gradients);
  // The mean row is (1.5, -2, 0): both rows are sqrt(1.5² + 2²) away.
  EXPECT_DOUBLE_EQ(layer.unit_spread, 2.5);
}

TEST(StepZeroTap, KeepsNormsThatSinglePrecisionCannotSquare) {
  EXPECT_NEAR(first_layer_after({3e-30F, 0, 0, 0, 4e-30F, 0}).gradient_norm / 5e-30, 1, 1e-6);
  EXPECT_NEAR(first_layer_after({3e30F, 0, 0, 0, 4e30F, 0}).gradient_norm / 5e30, 1, 1e-6);
}

TEST(StepZeroTap, TellsExactlyZeroFromVerySmall) {
  EXPECT_TRUE(first_layer_after({0, -0.0F, 0, 0, 0, 0}).zero_gradient);
  EXPECT_FALSE(first_layer_after({0, 0, 0, 0, 0, 1e-45F}).zero_gradient);
}

TEST(StepZeroTap, SeesEqualGradientsExactlyAndUpToRounding) {
  EXPECT_TRUE(first_layer_after({1, 2, 3, 1, 2, 3}).equal_gradients);
  EXPECT_TRUE(first_layer_after({1, 2, 3, 1, 2.0000002F, 3}).equal_gradients);  // one rounding of a float
  EXPECT_FALSE(first_layer_after({1, 2, 3, 1, 2.001F, 3}).equal_gradients);
  EXPECT_FALSE(first_layer_after({1, 2, 3, -1, -2, -3}).equal_gradients);
  EXPECT_FALSE(first_layer_after({0, 0, 0, 0, 0, 0}).equal_gradients);  // a zero gradient is its own finding
}

TEST(StepZeroTap, CallsEqualOnlyWhatLargerGradientsElsewhereCannotExplain) {
  // Units with equal weights: what is left of their gradients may be the rounding of the last layer's.
  const auto first_layer = [](std::vector<float> weights) {
    StepZeroTap tap(small_net());
    show(tap, net::TapKind::weight, "layer1.weight", {2, 3}, std::move(weights));
    show_gradient(tap, {1e-9F, 0, 0, 0, -1e-9F, 0});
    show(tap, net::TapKind::weight_gradient, "layer2.weight", {4, 2}, {1, 0, -1, 0, 0, 1, 0, -1});
    return tap.result().layers.at(0);
  };
  const LayerStart copies = first_layer({1, 2, 3, 1, 2, 3});
  EXPECT_EQ(copies.equal_weights, std::optional<bool>(true));
  EXPECT_TRUE(copies.equal_gradients);
  const LayerStart distinct = first_layer({1, 2, 3, 1, 2, 3.5F});
  EXPECT_EQ(distinct.equal_weights, std::optional<bool>(false));
  EXPECT_FALSE(distinct.equal_gradients);
}

TEST(StepZeroTap, CallsNothingEqualWhereThereIsOneUnit) {
  StepZeroTap tap(net::dense_network({3, 1}, net::parse_activation("relu")));
  show(tap, net::TapKind::weight_gradient, "layer1.weight", {1, 3}, {1, 2, 3});
  EXPECT_FALSE(tap.result().layers.at(0).equal_gradients);
}

TEST(StepZeroTap, PassesOnWhatIsNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const LayerStart layer = first_layer_after({nan, nan, nan, nan, nan, nan});
  EXPECT_TRUE(std::isnan(layer.gradient_norm));
  EXPECT_FALSE(layer.equal_gradients);
  EXPECT_FALSE(layer.zero_gradient);
}

TEST(StepZeroTap, MeasuresTheOutputOfALayersLastNode) {
  StepZeroTap tap(small_net());
  show(tap, net::TapKind::activation, "layer1.dense", {2, 2}, {9, 9, 9, 9});  // before the activation: not the output
  show(tap, net::TapKind::activation, "layer1.activation", {2, 2}, {0, 1, 0, 3});
  show(tap, net::TapKind::activation, "layer2.bias", {2, 4}, {1, 1, 1, 1, 1, 1, 1, 1});
  const StepZero start = tap.result();
  EXPECT_EQ(start.rows, 2);
  EXPECT_DOUBLE_EQ(start.layers[0].activation_mean, 1);
  EXPECT_DOUBLE_EQ(start.layers[0].activation_std_dev, std::sqrt(1.5));
  EXPECT_DOUBLE_EQ(start.layers[0].zero_fraction, 0.5);
  EXPECT_DOUBLE_EQ(start.layers[1].activation_std_dev, 0);
}

TEST(StepZeroTap, MeasuresTheBiasGradientOfTheLayer) {
  StepZeroTap tap(small_net());
  show(tap, net::TapKind::weight, "layer2.bias", {4}, {7, 7, 7, 7});
  show(tap, net::TapKind::weight_gradient, "layer2.bias", {4}, {0, 3, 4, 0});
  EXPECT_DOUBLE_EQ(tap.result().layers[1].bias_gradient_norm, 5);
  EXPECT_EQ(tap.result().layers[0].bias_gradient_norm, 0);
}

TEST(StepZeroTap, FindsUnitsOnAnyAxis) {
  // A weight stored [in, out] has its units in the columns.
  class Transposed final : public net::Op {
   public:
    [[nodiscard]] std::string_view kind() const noexcept override { return "transposed"; }
    [[nodiscard]] std::string attributes() const override { return {}; }
    [[nodiscard]] Shape output_shape(std::span<const Shape>) const override { return {2}; }
    [[nodiscard]] std::vector<net::ParameterSpec> parameters(std::span<const Shape>) const override {
      return {{"weight", net::ParameterRole::weight, {{{net::Axis::in, 3}}, {{net::Axis::out, 2}}}}};
    }
    [[nodiscard]] net::Cost cost(std::span<const Shape>) const override { return {}; }
  };
  net::Graph graph;
  graph.set_output(graph.add("layer1", std::make_shared<Transposed>(), {graph.add_input("x", {3})}));
  StepZeroTap tap(graph);
  show(tap, net::TapKind::weight, "layer1.weight", {3, 2}, {1, 1, 2, 2, 3, 3});
  show(tap, net::TapKind::weight_gradient, "layer1.weight", {3, 2}, {4, 4, 5, 5, 6, 6});
  const LayerStart layer = tap.result().layers.at(0);
  EXPECT_EQ(layer.units, 2);
  EXPECT_EQ(layer.fan_in, 3);
  EXPECT_EQ(layer.equal_weights, std::optional<bool>(true));
  EXPECT_TRUE(layer.equal_gradients);
}

TEST(StepZeroTap, MeasuresWhatEachWeightMultiplies) {
  StepZeroTap tap(small_net());
  EXPECT_TRUE(std::isnan(tap.result().layers[0].input_size));
  show(tap, net::TapKind::activation, "input", {2, 3}, {3, 3, -3, -3, 3, 3});
  show(tap, net::TapKind::activation, "layer1.activation", {2, 2}, {0, 1, 1, 0});
  EXPECT_DOUBLE_EQ(tap.result().layers[0].input_size, 3);
  EXPECT_DOUBLE_EQ(tap.result().layers[1].input_size, std::sqrt(0.5));
}

TEST(StepZeroTap, IgnoresTensorsItHasNoUseFor) {
  StepZeroTap tap(small_net());
  show(tap, net::TapKind::activation_gradient, "layer1.activation", {2, 2}, {1, 2, 3, 4});
  show(tap, net::TapKind::weight_gradient, "another.weight", {1}, {1});
  EXPECT_EQ(tap.result().rows, 0);
  EXPECT_EQ(tap.result().layers[0].gradient_norm, 0);
}

TEST(StepZeroTap, RefusesTensorsThatContradictTheDescription) {
  StepZeroTap tap(small_net());
  try {
    show_gradient(tap, {1, 2, 3});
    ADD_FAILURE() << "a gradient of half the size was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_shape);
    EXPECT_THAT(error.what(), HasSubstr("layer1.weight: it was shown with 3 values, its description has 6"));
  }
  EXPECT_THROW(show(tap, net::TapKind::activation, "layer1.activation", {2, 2}, {1}), Error);
  EXPECT_THROW(show(tap, net::TapKind::activation, "layer1.activation", {4}, {1, 2, 3, 4}), Error);
}

}  // namespace
}  // namespace fanin::observe
