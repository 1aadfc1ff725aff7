#include "fanin/net/toml_network.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::net {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const NetworkContext kImages{.input = {1, 28, 28}, .outputs = 10};

Graph read(std::string_view text, const NetworkContext& context = kImages) {
  return network_from_toml(text, "net.toml", context);
}

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes()) names.push_back(node.name);
  return names;
}

std::vector<std::string> parameter_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const ParameterSpec& parameter : graph.parameters()) names.push_back(parameter.name);
  return names;
}

constexpr std::string_view kLeNet = R"(
[[layer]]
name = "conv1"
op = "conv"
channels = 6
kernel = 5
padding = 2
activation = "tanh"

[[layer]]
op = "pooling"
type = "average"
kernel = 2

[[layer]]
name = "conv2"
op = "conv"
channels = 16
kernel = 5
activation = "tanh"

[[layer]]
op = "pooling"
type = "average"
kernel = 2

[[layer]]
op = "flatten"

[[layer]]
name = "fc1"
op = "dense"
units = 120
activation = "tanh"

[[layer]]
name = "fc2"
op = "dense"
units = 84
activation = "tanh"

[[layer]]
name = "head"
op = "dense"
units = "outputs"
)";

TEST(TomlNetwork, LeNetHasItsPublishedParameters) {
  const Graph graph = read(kLeNet);
  EXPECT_EQ(graph.parameter_count(), 61'706);
  EXPECT_EQ(graph.node(graph.output()).shape, Shape{10});
  EXPECT_THAT(parameter_names(graph),
              ElementsAre("conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc1.weight", "fc1.bias",
                          "fc2.weight", "fc2.bias", "head.weight", "head.bias"));
  EXPECT_THAT(node_names(graph),
              ElementsAre("input", "conv1.conv", "conv1.activation", "pooling1.pooling", "conv2.conv",
                          "conv2.activation", "pooling2.pooling", "flatten1.flatten", "fc1.dense", "fc1.bias",
                          "fc1.activation", "fc2.dense", "fc2.bias", "fc2.activation", "head.dense", "head.bias"));
}

TEST(TomlNetwork, ADescriptionOfDenseLayersIsTheShorthand) {
  const Graph graph = read(R"(
[network]
input = [784]
[[layer]]
name = "layer1"
op = "dense"
units = 256
activation = true
[[layer]]
name = "layer2"
op = "dense"
units = "outputs"
)",
                           {.outputs = 10, .activation = "selu"});
  EXPECT_EQ(to_toml(graph), to_toml(dense_network({784, 256, 10}, parse_activation("selu"))));
}

constexpr std::string_view kResidual = R"toml(
[constants]
width = 8

[[block]]
name = "residual"
arguments = { channels = 16, stride = 1, rate = 0.25 }

[[block.layer]]
name = "conv1"
op = "conv"
channels = "channels"
kernel = 3
stride = "stride"
padding = 1
bias = false
norm = "batch_norm"
activation = true

[[block.layer]]
name = "conv2"
op = "conv"
channels = "channels"
kernel = 3
padding = 1
bias = false
norm = "batch_norm(epsilon=0.001)"
dropout = "rate"

[[block.layer]]
name = "sum"
op = "add"
from = ["conv2", "input"]
activation = true

[[layer]]
name = "stem"
op = "conv"
channels = "2 * width"
kernel = 3
padding = 1

[[layer]]
name = "stage"
op = "residual"
repeat = 2
rate = 0.5

[[layer]]
op = "pooling"
type = "global_average"

[[layer]]
name = "head"
op = "dense"
units = "outputs"
)toml";

TEST(TomlNetwork, BlocksWithArgumentsAreRepeatedUnderNumberedScopes) {
  const Graph graph = read(kResidual);
  EXPECT_EQ(graph.parameter_count(), 16 * 9 + 16 + 2 * (2 * 16 * 16 * 9 + 4 * 16) + 16 * 10 + 10);
  const std::vector<std::string> names = node_names(graph);
  EXPECT_THAT(std::vector<std::string>(names.begin() + 2, names.begin() + 10),
              ElementsAre("stage.0.conv1.conv", "stage.0.conv1.norm.batch_norm", "stage.0.conv1.activation",
                          "stage.0.conv2.conv", "stage.0.conv2.norm.batch_norm", "stage.0.conv2.dropout",
                          "stage.0.sum.add", "stage.0.sum.activation"));
  EXPECT_EQ(graph.node(6).op->attributes(), "eps=0.001");
  EXPECT_EQ(graph.node(7).op->attributes(), "rate=0.5");
  EXPECT_EQ(graph.node(8).inputs, (std::vector<NodeId>{7, 1}));
  EXPECT_EQ(names[10], "stage.1.conv1.conv");
  EXPECT_EQ(graph.node(10).inputs, std::vector<NodeId>{9});
}

TEST(TomlNetwork, RecurrentLayersStackAndReadBothWays) {
  const Graph graph = read(R"(
[[layer]]
op = "reshape"
shape = [28, -1]
[[layer]]
name = "lstm"
op = "lstm"
units = 64
layers = 2
bidirectional = true
last_only = true
[[layer]]
name = "head"
op = "dense"
units = "outputs"
)");
  // torch.nn.LSTM(28, 64, 2, bidirectional=True) without its second biases, and a Linear(128, 10).
  EXPECT_EQ(graph.parameter_count(), 2 * (256 * (28 + 64) + 256) + 2 * (256 * (128 + 64) + 256) + 1290);
  EXPECT_THAT(node_names(graph),
              ElementsAre("input", "reshape1.reshape", "lstm.0.forward.lstm", "lstm.0.backward.lstm", "lstm.0.concat",
                          "lstm.1.forward.lstm", "lstm.1.backward.lstm", "lstm.1.concat", "head.dense", "head.bias"));
  EXPECT_EQ(graph.node(4).shape, (Shape{28, 128}));
  EXPECT_EQ(graph.node(7).shape, Shape{128});
  EXPECT_EQ(graph.node(6).op->attributes(), "units=64, last_only, reverse");
}

TEST(TomlNetwork, TokensTakeTheVocabularyOfTheData) {
  const Graph graph = read(R"(
[network]
activation = "gelu"
[[layer]]
name = "wte"
op = "embedding"
width = 32
[[layer]]
name = "wpe"
op = "position_embedding"
[[layer]]
name = "head"
op = "dense"
units = "vocabulary"
activation = true
bias = false
)",
                           {.input = {16}, .vocabulary = 65});
  EXPECT_EQ(graph.parameter_count(), 65 * 32 + 16 * 32 + 32 * 65);
  EXPECT_EQ(graph.node(graph.output()).shape, (Shape{16, 65}));
  EXPECT_EQ(graph.node(graph.output()).op->attributes(), "gelu");
}

TEST(TomlNetwork, ABlockMayReadSeveralInputsAndUseBlocksAboveIt) {
  const Graph graph = read(R"(
[[block]]
name = "cross"
inputs = ["query", "memory"]
[[block.layer]]
name = "attention"
op = "attention"
heads = 2
from = ["query", "memory"]

[[block]]
name = "twice"
[[block.layer]]
name = "a"
op = "cross"
from = ["input", "input"]
[[block.layer]]
name = "b"
op = "cross"
from = ["a", "input"]

[[layer]]
name = "x"
op = "twice"
)",
                           {.input = {4, 8}});
  EXPECT_THAT(node_names(graph), ElementsAre("input", "x.a.attention.attention", "x.b.attention.attention"));
  EXPECT_EQ(graph.node(2).inputs, (std::vector<NodeId>{1, 0}));
}

TEST(TomlNetwork, TheOutputNeedNotBeTheLastLayer) {
  const Graph graph = read(R"(
[network]
output = "sum"
[[layer]]
name = "a"
op = "dense"
units = 28
[[layer]]
name = "sum"
op = "add"
from = ["a", "input"]
)");
  EXPECT_EQ(graph.node(graph.output()).name, "sum.add");
}

TEST(TomlNetwork, TheStatedInputMayGroupTheValuesOfTheDataDifferently) {
  const std::string text = "[network]\ninput = [784]\n[[layer]]\nop = 'dense'\nunits = 'outputs'\n";
  EXPECT_EQ(read(text).node(0).shape, Shape{784});
  EXPECT_EQ(read(text, {.outputs = 2}).parameter_count(), 1570);
}

TEST(ToToml, RebuildsTheVerySameGraphWithoutAnyContext) {
  for (const std::string_view text : {kLeNet, kResidual}) {
    const Graph graph = read(text);
    const std::string flat = to_toml(graph);
    const Graph again = network_from_toml(flat, "flat.toml", {});
    ASSERT_EQ(again.nodes().size(), graph.nodes().size());
    for (NodeId id = 0; id < graph.nodes().size(); ++id) {
      const Node& a = graph.node(id);
      const Node& b = again.node(id);
      EXPECT_EQ(a.name, b.name);
      EXPECT_EQ(a.scope, b.scope);
      EXPECT_EQ(a.inputs, b.inputs);
      EXPECT_EQ(a.shape, b.shape);
      EXPECT_EQ(a.op == nullptr ? "" : a.op->attributes(), b.op == nullptr ? "" : b.op->attributes()) << a.name;
    }
    EXPECT_EQ(parameter_names(again), parameter_names(graph));
    EXPECT_EQ(again.output(), graph.output());
    EXPECT_EQ(to_toml(again), flat);
  }
}

TEST(ToToml, RefusesGraphsThatNoDescriptionGives) {
  Graph two;
  const NodeId a = two.add_input("a", {4});
  const NodeId b = two.add_input("b", {4});
  (void)b;
  two.set_output(a);
  EXPECT_THROW((void)to_toml(two), Error);
}

}  // namespace
}  // namespace fanin::net
