#include "fanin/observe/describe.hpp"

#include <gmock/gmock.h>

#include "fanin/net/activation.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::observe {
namespace {

using ::testing::ElementsAre;

TEST(Describe, NamesNodesAndParametersInTheOrderOfTheGraph) {
  const Trace trace = describe(net::dense_network({5, 3, 2}, net::parse_activation("tanh")));
  ASSERT_TRUE(trace.graph.has_value());
  ASSERT_EQ(trace.parameters.size(), 4U);
  EXPECT_EQ(trace.parameters[0].name, "layer1.weight");
  EXPECT_THAT(trace.parameters[0].shape, ElementsAre(3, 5));
  EXPECT_EQ(trace.parameters[0].fan_in, 5);
  EXPECT_EQ(trace.parameters[0].fan_out, 3);
  EXPECT_EQ(trace.parameters[0].units, 3);
  EXPECT_EQ(trace.parameters[1].role, net::ParameterRole::bias);
  EXPECT_EQ(trace.parameters[1].fan_in, 0);
  EXPECT_EQ(trace.parameters[1].units, 0);
  EXPECT_EQ(trace.nodes[0].kind, "input");
  EXPECT_EQ(trace.nodes[1].name, "layer1.dense");
  EXPECT_EQ(trace.nodes[1].layer, "layer1");
  EXPECT_THAT(trace.nodes[1].inputs, ElementsAre(0U));
  EXPECT_THAT(trace.nodes[1].parameters, ElementsAre(0U));
  EXPECT_EQ(trace.nodes[1].units, 3);
  EXPECT_EQ(trace.nodes[3].attributes, "tanh");
  EXPECT_EQ(trace.outputs, 2);
}

TEST(Describe, TakesChannelsForUnitsAfterAConvolutionAndFeaturesAfterFlattening) {
  net::Graph graph;
  net::NodeId x = graph.add_input("image", {3, 8, 6});
  x = graph.add("conv1", net::conv({.channels = 5, .window = {.kernel = {3, 3}, .padding = {1}}}), {x});
  x = graph.add("conv1", net::activation("relu"), {x});
  x = graph.add("flat", net::flatten(), {x});
  graph.set_output(x);
  const Trace trace = describe(graph);
  EXPECT_EQ(trace.nodes[0].units, 3);
  EXPECT_EQ(trace.nodes[1].units, 5);
  EXPECT_EQ(trace.nodes[2].units, 5);
  EXPECT_EQ(trace.nodes[3].units, 240);
  EXPECT_EQ(node_layouts(graph)[2].inner, 48);
  EXPECT_EQ(trace.parameters[0].units, 5);
  EXPECT_EQ(trace.parameters[0].fan_in, 27);
}

TEST(Describe, TakesPositionsOfASequenceForRows) {
  net::Graph graph;
  net::NodeId x = graph.add_input("tokens", {7});
  x = graph.add("embedding", net::embedding(11, 4), {x});
  x = graph.add("lstm", net::lstm({.units = 6}), {x});
  graph.set_output(x);
  const std::vector<UnitLayout> layouts = node_layouts(graph);
  EXPECT_EQ(layouts[2].outer, 7);
  EXPECT_EQ(layouts[2].units, 6);
  const Trace trace = describe(graph);
  EXPECT_EQ(trace.parameters[0].units, 4);   // a unit of an embedding is a column
  EXPECT_EQ(trace.parameters[1].units, 24);  // four gates of six
}

}  // namespace
}  // namespace fanin::observe
