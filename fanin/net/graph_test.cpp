#include "fanin/net/graph.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"

namespace fanin::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What an action throws: "code: text"; "nothing" when it succeeds.
std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

/// y = a + b: an op of two inputs, which the description must allow although no shorthand makes one.
class Sum final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "sum"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override {
    if (inputs.size() != 2 || !(inputs[0] == inputs[1])) throw Error(ErrorCode::bad_shape, "sum", "shapes differ");
    return inputs[0];
  }
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override {
    return {.forward_flops = static_cast<double>(inputs[0].count()), .backward_flops = 0, .gemm_flops = 0};
  }
};

/// An op that owns a parameter called "weight", as dense does.
class Scaling final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "scaling"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override { return single_input(*this, inputs); }
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape>) const override {
    return {{"weight", ParameterRole::scale, {{{Axis::channel, 1}}}}};
  }
  [[nodiscard]] Cost cost(std::span<const Shape>) const override { return {}; }
};

/// The network of the default experiment, written out by hand.
Graph classifier() {
  Graph graph;
  NodeId x = graph.add_input("pixels", {784});
  x = graph.add("layer1", dense(256), {x});
  x = graph.add("layer1", bias(), {x});
  x = graph.add("layer1", activation("relu"), {x});
  x = graph.add("layer2", dense(128), {x});
  x = graph.add("layer2", bias(), {x});
  x = graph.add("layer2", activation("relu"), {x});
  x = graph.add("layer3", dense(10), {x});
  x = graph.add("layer3", bias(), {x});
  graph.set_output(x);
  return graph;
}

TEST(Graph, NamesParametersAfterTheirLayerInTheOrderOfTheNodes) {
  std::vector<std::string> names;
  std::vector<Shape> shapes;
  for (const ParameterSpec& parameter : classifier().parameters()) {
    names.push_back(parameter.name);
    shapes.push_back(parameter.shape());
  }
  EXPECT_THAT(names, ElementsAre("layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias", "layer3.weight",
                                 "layer3.bias"));
  EXPECT_THAT(shapes, ElementsAre(Shape{256, 784}, Shape{256}, Shape{128, 256}, Shape{128}, Shape{10, 128}, Shape{10}));
}

TEST(Graph, CountsTheParametersOfTheDefaultExperiment) {
  EXPECT_EQ(classifier().parameter_count(), 235'146);  // 785·256 + 257·128 + 129·10
}

TEST(Graph, CountsThreeMatrixProductsPerDenseLayer) {
  // y = W x, dW = dy xᵀ and dx = Wᵀ dy, each two operations per weight and row.
  const Cost cost = classifier().cost();
  const double weights = 784. * 256 + 256. * 128 + 128. * 10;
  EXPECT_EQ(cost.gemm_flops, 6 * weights);
  // The gradient of the pixels is nobody's business: without it a training step of 64 rows is the
  // 64.5 MFLOP that the speed targets count.
  EXPECT_NEAR(64 * (cost.gemm_flops - 2 * 784. * 256) * 1e-6, 64.5, 0.05);
  // What is not matrix products: one operation per bias and per activation, forward and backward.
  const double elements = 2. * (256 + 128) + 10;
  EXPECT_EQ(cost.forward_flops, 2 * weights + elements);
  EXPECT_EQ(cost.forward_flops + cost.backward_flops, 6 * weights + 2 * elements);
}

TEST(Graph, NodesReadOnlyNodesBeforeThem) {
  const Graph graph = classifier();
  ASSERT_EQ(graph.nodes().size(), 9U);
  for (NodeId id = 0; id < graph.nodes().size(); ++id) {
    for (const NodeId input : graph.node(id).inputs) EXPECT_LT(input, id);
  }
  EXPECT_THAT(graph.inputs(), ElementsAre(0U));
  EXPECT_EQ(graph.output(), 8U);
  EXPECT_EQ(graph.node(8).name, "layer3.bias");
  EXPECT_EQ(graph.node(8).scope, "layer3");
  EXPECT_EQ(graph.node(8).shape, Shape{10});
  EXPECT_EQ(graph.node(0).op, nullptr);
}

TEST(Graph, HoldsBranchesThatMeetAgain) {
  Graph graph;
  const NodeId left = graph.add_input("left", {8});
  const NodeId right = graph.add_input("right", {3});
  const NodeId a = graph.add("a", dense(4), {left});
  const NodeId b = graph.add("b", dense(4), {right});
  const NodeId met = graph.add("met", std::make_shared<Sum>(), {a, b});
  const NodeId twice = graph.add("twice", std::make_shared<Sum>(), {met, met});
  graph.set_output(twice);
  EXPECT_THAT(graph.inputs(), ElementsAre(left, right));
  EXPECT_THAT(graph.consumer_counts(), ElementsAre(1U, 1U, 1U, 1U, 2U, 0U));
  EXPECT_EQ(graph.node(twice).shape, Shape{4});
  EXPECT_EQ(graph.parameter_count(), 8 * 4 + 3 * 4);
  EXPECT_THAT(thrown([&] {
                graph.add("wrong", std::make_shared<Sum>(), {a, right});
              }),
              HasSubstr("bad_shape: node 'wrong.sum': shapes differ"));
}

TEST(Graph, AppliesDenseAlongTheLastAxis) {
  Graph graph;
  const NodeId tokens = graph.add_input("tokens", {5, 16});
  const NodeId y = graph.add("project", dense(32), {tokens});
  EXPECT_EQ(graph.node(y).shape, (Shape{5, 32}));
  EXPECT_EQ(graph.node(y).parameters[0].shape(), (Shape{32, 16}));
  EXPECT_EQ(graph.node(y).cost.forward_flops, 2. * 5 * 16 * 32);
}

TEST(Graph, RefusesATakenNameAndNamesTheNode) {
  Graph graph = classifier();
  const std::string again = thrown([&] { graph.add("layer1", dense(784), {0}); });
  EXPECT_THAT(again, HasSubstr("bad_value: node 'layer1.dense': the name is taken"));
  EXPECT_THAT(thrown([&] { graph.add_input("pixels", {1}); }), HasSubstr("bad_value: node 'pixels'"));
}

TEST(Graph, RefusesAParameterNameTakenByAnotherNodeOfTheLayer) {
  Graph graph = classifier();
  const std::string clash = thrown([&] { graph.add("layer1", std::make_shared<Scaling>(), {0}); });
  EXPECT_THAT(clash, HasSubstr("bad_value: node 'layer1.scaling': parameter 'layer1.weight' exists already"));
  EXPECT_EQ(thrown([&] { graph.add("scaled", std::make_shared<Scaling>(), {0}); }), "nothing");
}

TEST(Graph, RefusesMalformedNames) {
  Graph graph;
  graph.add_input("x", {4});
  const std::string with_nul("a\0b", 3);
  for (const std::string& scope : {std::string("a b"), std::string("a\n"), std::string("é"), with_nul,
                                   std::string(300, 'a'), std::string("a'b")}) {
    EXPECT_THAT(thrown([&] { graph.add(scope, dense(1), {0}); }), HasSubstr("bad_value: node '")) << scope;
    EXPECT_THAT(thrown([&] { graph.add_input(scope, {1}); }), HasSubstr("bad_value: node '")) << scope;
  }
  EXPECT_THAT(thrown([&] { graph.add_input("", {1}); }), HasSubstr("1 to 256 letters"));
  EXPECT_EQ(thrown([&] { graph.add("encoder/block-0.mlp_1", dense(1), {0}); }), "nothing");
}

TEST(Graph, RefusesInputsThatDoNotExistOrDoNotFit) {
  Graph graph;
  const NodeId x = graph.add_input("x", {4});
  EXPECT_THAT(thrown([&] { graph.add("a", dense(2), {x + 1}); }),
              HasSubstr("bad_value: node 'a.dense': input node 1 does not exist yet"));
  EXPECT_THAT(thrown([&] { graph.add("a", dense(2), {NodeId(-1)}); }), HasSubstr("bad_value: node 'a.dense'"));
  EXPECT_THAT(thrown([&] { graph.add("a", dense(2), {}); }),
              HasSubstr("bad_shape: node 'a.dense': it takes one input, found 0"));
  EXPECT_THAT(thrown([&] { graph.add("a", bias(), {x, x}); }), HasSubstr("it takes one input, found 2"));
  const NodeId scalar = graph.add_input("scalar", Shape{});
  EXPECT_THAT(thrown([&] { graph.add("b", dense(2), {scalar}); }), HasSubstr("bad_shape: node 'b.dense'"));
  EXPECT_THAT(thrown([&] { graph.add("b", bias(), {scalar}); }), HasSubstr("bad_shape: node 'b.bias'"));
  EXPECT_THAT(thrown([&] {
                graph.add_input("nothing", {4, 0});
              }),
              HasSubstr("bad_shape: input 'nothing': shape [4, 0]"));
  EXPECT_THAT(thrown([] { dense(0); }), HasSubstr("bad_value: dense: units must be 1 or more, found 0"));
}

TEST(Graph, RefusesAWeightWhoseElementCountOverflows) {
  Graph graph;
  const NodeId x = graph.add_input("x", {std::int64_t{1} << 40});
  EXPECT_THAT(thrown([&] { graph.add("wide", dense(std::int64_t{1} << 40), {x}); }),
              HasSubstr("bad_shape: node 'wide.dense'"));
}

TEST(Graph, IsUnchangedByARequestItRefused) {
  Graph graph = classifier();
  thrown([&] { graph.add("layer1", std::make_shared<Scaling>(), {0}); });
  thrown([&] { graph.add("layer4", dense(2), {99}); });
  thrown([&] { graph.add("layer4", std::make_shared<Sum>(), {0, 1}); });
  EXPECT_EQ(graph.nodes().size(), 9U);
  EXPECT_EQ(graph.parameter_count(), 235'146);
  EXPECT_EQ(thrown([&] { graph.add("layer4", dense(2), {8}); }), "nothing");  // the refused names stayed free
}

TEST(Graph, HasNoOutputUntilOneIsSet) {
  Graph graph;
  const NodeId x = graph.add_input("x", {4});
  EXPECT_THAT(thrown([&] { (void)graph.output(); }), HasSubstr("bad_value: graph: it has no output"));
  EXPECT_THAT(thrown([&] { graph.set_output(x + 1); }), HasSubstr("output node 1 does not exist"));
  graph.set_output(x);
  EXPECT_EQ(graph.output(), x);
}

}  // namespace
}  // namespace fanin::net
