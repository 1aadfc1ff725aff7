#include "fanin/observe/recorder.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::observe {
namespace {

using net::TapKind;

// input [2], layer1: dense, bias, relu of 3 units; layer2: dense, bias of 2.
net::Graph small_net(const char* activation = "relu") {
  return net::dense_network({2, 3, 2}, net::parse_activation(activation));
}

void show(Recorder& recorder, TapKind kind, std::string_view name, const Shape& shape, std::vector<float> values) {
  recorder.see({kind, name, values, &shape});
}

TEST(Recorder, StartsWithARecordPerNodeAndParameterThatHoldNothing) {
  const net::Graph graph = small_net();
  Recorder recorder(graph);
  const TraceStep step = recorder.take();
  ASSERT_EQ(step.nodes.size(), graph.nodes().size());
  ASSERT_EQ(step.parameters.size(), 4U);
  EXPECT_EQ(step.nodes[1].output.count, 0);
  EXPECT_EQ(step.parameters[0].gradient.count, 0);
  EXPECT_TRUE(std::isnan(step.nodes[1].correlation));
  EXPECT_TRUE(std::isnan(step.parameters[0].update_norm));
  EXPECT_EQ(step.gradient_norm, 0);
}

TEST(Recorder, MeasuresAnOutputAndTheInputOfALayerWithWeights) {
  Recorder recorder(small_net());
  show(recorder, TapKind::activation, "input", {2, 2}, {1, 2, 3, 4});
  show(recorder, TapKind::activation, "layer1.dense", {2, 3}, {1, 0, 1, 1, 0, 1});
  const TraceStep step = recorder.take();
  EXPECT_DOUBLE_EQ(step.nodes[1].input.mean, 2.5);
  EXPECT_DOUBLE_EQ(step.nodes[1].output.mean, 2.0 / 3);
  EXPECT_NEAR(step.nodes[1].correlation, 1, 1e-12);
  EXPECT_NEAR(step.nodes[1].row_variance, 0, 1e-12);
  EXPECT_DOUBLE_EQ(step.nodes[1].dead_units, 1.0 / 3);
  EXPECT_DOUBLE_EQ(step.nodes[1].dormant_units, 1.0 / 3);
  EXPECT_DOUBLE_EQ(step.nodes[1].equal_units, 2.0 / 3);
  EXPECT_EQ(step.nodes[0].input.count, 0);
}

TEST(Recorder, JudgesSaturationAtTheInputOfTheActivation) {
  // tanh' is 1 - tanh², below 0.025 beyond |u| = 2.477.
  Recorder recorder(small_net("tanh"));
  show(recorder, TapKind::activation, "layer1.bias", {2, 3}, {0, 2.4F, 2.6F, -3, -2.4F, 0.1F});
  EXPECT_DOUBLE_EQ(recorder.take().nodes[3].saturated, 2.0 / 6);
  Recorder relu(small_net("relu"));
  show(relu, TapKind::activation, "layer1.bias", {2, 3}, {0, 2.4F, 2.6F, -3, -2.4F, 0.1F});
  EXPECT_DOUBLE_EQ(relu.take().nodes[3].saturated, 0.5);
}

TEST(Recorder, CountsUnitsThatNoGradientReaches) {
  Recorder recorder(small_net());
  show(recorder, TapKind::activation_gradient, "layer1.activation", {2, 3}, {0, 1, 0, 0, 0, 2});
  const TraceStep step = recorder.take();
  EXPECT_DOUBLE_EQ(step.nodes[3].zero_gradient_units, 1.0 / 3);
  EXPECT_DOUBLE_EQ(step.nodes[3].gradient.maximum, 2);
}

TEST(Recorder, TellsEqualUnitsFromOthers) {
  Recorder recorder(small_net());
  show(recorder, TapKind::weight, "layer1.weight", {3, 2}, {1, 2, 1, 2, 3, 4});
  show(recorder, TapKind::weight_gradient, "layer1.weight", {3, 2}, {0.1F, 0.2F, 0.1F, 0.2F, 0.3F, 0.1F});
  const TraceStep step = recorder.take();
  EXPECT_DOUBLE_EQ(step.parameters[0].equal_rows, 2.0 / 3);
  EXPECT_DOUBLE_EQ(step.parameters[0].equal_gradients, 2.0 / 3);
  EXPECT_NEAR(step.gradient_norm, std::sqrt(0.2), 1e-7);
}

TEST(Recorder, TakesNoiseBesideALargeGradientForEqualWhereWeightsAreEqual) {
  // What is left when equal units' gradients cancel: 1e-8, beside a gradient of 1 in the next layer.
  const std::vector<float> noise{1e-8F, -2e-8F, 2e-8F, 1e-8F, -1e-8F, 0};
  for (const bool equal_weights : {true, false}) {
    Recorder recorder(small_net());
    const std::vector<float> weights =
        equal_weights ? std::vector<float>(6, 1.0F) : std::vector<float>{1, 2, 3, 4, 5, 6};
    show(recorder, TapKind::weight, "layer1.weight", {3, 2}, weights);
    show(recorder, TapKind::activation, "input", {2, 2}, {1, 2, 3, 4});
    show(recorder, TapKind::weight_gradient, "layer2.weight", {2, 3}, {1, 0, 1, 0, 1, 1});
    show(recorder, TapKind::weight_gradient, "layer1.weight", {3, 2}, noise);
    EXPECT_DOUBLE_EQ(recorder.take().parameters[0].equal_gradients, equal_weights ? 1 : 0);
  }
}

TEST(Recorder, MeasuresTheStepThatAParameterTook) {
  Recorder recorder(small_net());
  show(recorder, TapKind::weight, "layer1.bias", {3}, {0, 3, 0});
  recorder.updated("layer1.bias", std::vector<float>{3, 3, 4});
  const TraceStep step = recorder.take();
  EXPECT_DOUBLE_EQ(step.parameters[1].update_norm, 5);
  EXPECT_DOUBLE_EQ(step.parameters[1].update_ratio(), 5.0 / 3);
  EXPECT_THROW(recorder.updated("layer1.bias", std::vector<float>{3, 3, 4}), Error);  // the next step
  EXPECT_THROW(recorder.updated("layer9.bias", std::vector<float>{3, 3, 4}), Error);
}

TEST(Recorder, MeasuresRanksOnlyWhenAsked) {
  for (const bool asked : {false, true}) {
    Recorder recorder(small_net(), {.ranks = asked});
    show(recorder, TapKind::weight, "layer1.weight", {3, 2}, {3, 0, 0, 4, 0, 0});
    const ParameterRecord record = recorder.take().parameters[0];
    EXPECT_EQ(std::isnan(record.largest_singular_value), !asked);
    if (!asked) continue;
    EXPECT_NEAR(record.stable_rank, 25.0 / 16, 1e-12);
  }
  Recorder limited(small_net(), {.ranks = true, .rank_limit = 1});
  show(limited, TapKind::weight, "layer1.weight", {3, 2}, {3, 0, 0, 4, 0, 0});
  EXPECT_TRUE(std::isnan(limited.take().parameters[0].stable_rank));
}

TEST(Recorder, KeepsTheFirstValueThatIsNotFinite) {
  Recorder recorder(small_net());
  show(recorder, TapKind::activation, "layer1.dense", {2, 3}, {1, 0, 1, 1, INFINITY, NAN});
  show(recorder, TapKind::activation, "layer1.bias", {2, 3}, {NAN, 0, 1, 1, 0, 1});
  ASSERT_TRUE(recorder.first_non_finite().has_value());
  EXPECT_EQ(recorder.first_non_finite()->name, "layer1.dense");
  EXPECT_EQ(recorder.first_non_finite()->tensor, "output");
  EXPECT_EQ(recorder.first_non_finite()->element, 4);
  EXPECT_FALSE(recorder.first_non_finite()->nan);
  EXPECT_EQ(recorder.take().non_finite, 3);
  EXPECT_FALSE(recorder.first_non_finite().has_value());
}

TEST(Recorder, RefusesSizesThatAreNotTheGraphs) {
  Recorder recorder(small_net());
  EXPECT_THROW(show(recorder, TapKind::activation, "layer1.dense", {2, 2}, {1, 0, 1, 1}), Error);
  EXPECT_THROW(show(recorder, TapKind::weight, "layer1.weight", {2, 2}, {1, 0, 1, 1}), Error);
  EXPECT_NO_THROW(show(recorder, TapKind::weight, "layer9.weight", {2, 2}, {1, 0, 1, 1}));
}

}  // namespace
}  // namespace fanin::observe
