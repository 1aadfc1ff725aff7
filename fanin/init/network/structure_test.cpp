#include "fanin/init/network/structure.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/attention.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/presets.hpp"

namespace fanin::init {
namespace {

using net::Graph;
using net::NodeId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

net::OpPtr conv3(std::int64_t channels, std::int64_t stride = 1) {
  return net::conv({.channels = channels, .window = {.kernel = {3, 3}, .stride = {stride}, .padding = {1}}});
}

TEST(Structure, AProjectionShortcutIsToldFromTheBody) {
  Graph graph;
  const NodeId x = graph.add_input("x", {4, 8, 8});
  NodeId body = graph.add("c1", conv3(8, 2), {x});
  body = graph.add("c1", net::activation("relu"), {body});
  const NodeId last = graph.add("c2", conv3(8), {body});
  body = graph.add("bn2", net::batch_norm(), {last});
  NodeId skip = graph.add("down", net::conv({.channels = 8, .window = {.kernel = {1, 1}, .stride = {2}}}), {x});
  skip = graph.add("down_bn", net::batch_norm(), {skip});
  const NodeId sum = graph.add("sum", net::add(), {body, skip});
  graph.set_output(sum);
  const std::vector<ResidualBranch> branches = residual_branches(graph);
  ASSERT_THAT(branches, SizeIs(1));
  EXPECT_EQ(branches[0].fork, x);
  EXPECT_EQ(branches[0].sum, sum);
  EXPECT_THAT(branches[0].body, SizeIs(4));
  EXPECT_EQ(branches[0].body.back(), body);
  EXPECT_THAT(branches[0].shortcut, SizeIs(2));
  EXPECT_THAT(branches[0].projections, ElementsAre(last));
}

TEST(Structure, AShortcutPaddedWithZerosIsAShortcut) {
  // ResNets on small images: every block is one branch of two convolutions, where it narrows the image too.
  for (const char* text : {"resnet20", "resnet20(shortcut=projection)", "resnet20(fixup=true)"}) {
    const Graph graph = net::preset_network(text, {});
    const std::vector<ResidualBranch> branches = residual_branches(graph);
    ASSERT_THAT(branches, SizeIs(9)) << text;
    for (const ResidualBranch& branch : branches) {
      const auto convolutions = std::count_if(branch.body.begin(), branch.body.end(),
                                              [&](NodeId node) { return kind_of(graph.node(node)) == "conv"; });
      EXPECT_EQ(convolutions, 2) << text << ", " << graph.node(branch.sum).name;
    }
  }
}

TEST(Structure, ParallelBranchesAreOneBody) {
  Graph graph;
  const NodeId x = graph.add_input("x", {5, 8});
  const NodeId normal = graph.add("ln", net::layer_norm(), {x});
  const NodeId attention = graph.add("attn", net::attention({.heads = 2}), {normal});
  NodeId mlp = graph.add("up", net::dense(16), {normal});
  mlp = graph.add("up", net::activation("gelu"), {mlp});
  mlp = graph.add("down", net::dense(8), {mlp});
  const NodeId both = graph.add("both", net::add(), {attention, mlp});
  const NodeId sum = graph.add("sum", net::add(), {x, both});
  graph.set_output(sum);
  const std::vector<ResidualBranch> branches = residual_branches(graph);
  ASSERT_THAT(branches, SizeIs(1));
  EXPECT_EQ(branches[0].sum, sum);
  EXPECT_THAT(branches[0].shortcut, IsEmpty());
  EXPECT_THAT(branches[0].projections, ElementsAre(attention, mlp));
}

TEST(Structure, ABranchThatHoldsBranchesDoesNotCount) {
  Graph graph;
  const NodeId x = graph.add_input("x", {8});
  NodeId h = graph.add("in", net::dense(8), {x});
  const NodeId inner = graph.add("inner", net::add(), {h, graph.add("a", net::dense(8), {h})});
  h = graph.add("out", net::dense(8), {inner});
  graph.set_output(graph.add("outer", net::add(), {x, h}));
  const std::vector<ResidualBranch> branches = residual_branches(graph);
  ASSERT_THAT(branches, SizeIs(1));
  EXPECT_EQ(branches[0].sum, inner);
}

TEST(Structure, SumsWithoutWeightsOrForkAreNoBranches) {
  Graph graph;
  const NodeId x = graph.add_input("x", {8});
  const NodeId y = graph.add_input("y", {8});
  const NodeId apart = graph.add("apart", net::add(), {x, graph.add("d", net::dense(8), {y})});
  const NodeId same = graph.add("same", net::add(), {apart, graph.add("r", net::activation("relu"), {apart})});
  graph.set_output(graph.add("three", net::add(), {same, x, y}));
  EXPECT_THAT(residual_branches(graph), IsEmpty());
}

TEST(Structure, FirstAndLastWeights) {
  Graph graph;
  NodeId tokens = graph.add_input("tokens", {4});
  const NodeId embedding = graph.add("e", net::embedding(10, 8), {tokens});
  const NodeId hidden = graph.add("h", net::dense(8), {embedding});
  const NodeId other = graph.add("o", net::dense(8), {graph.add_input("features", {4, 3})});
  const NodeId sum = graph.add("s", net::add(), {hidden, other});
  const NodeId out = graph.add("out", net::scale(2), {graph.add("a", net::activation("relu"), {sum})});
  graph.set_output(out);
  EXPECT_THAT(first_weights(graph), ElementsAre(embedding, other));
  EXPECT_THAT(last_weights(graph, out), ElementsAre(hidden, other));
  EXPECT_EQ(scale_before_weights(graph, out, true), out);
  EXPECT_EQ(scale_before_weights(graph, out, false), std::nullopt);
}

}  // namespace
}  // namespace fanin::init
