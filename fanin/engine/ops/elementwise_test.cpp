// add, scale, shift: against PyTorch and against differences.
#include <gtest/gtest.h>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/ops/shift.hpp"

namespace fanin::engine {
namespace {

const golden::GoldenFile& golden_ops() {
  static const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_ops.txt");
  return file;
}

TEST(ElementwiseOps, AgreeWithPyTorch) {
  const Shape image{4, 3, 2};
  expect_golden(golden_ops(), "add", net::add(), {image, image, image});
  expect_golden(golden_ops(), "scale_fixed", net::scale(-0.75), {image});
  expect_golden(golden_ops(), "scale_trainable", net::trainable_scale(), {image});
  expect_golden(golden_ops(), "scale_per_unit", net::trainable_scale(net::ScaleKind::per_unit), {Shape{4, 7}});
  expect_golden(golden_ops(), "shift", net::shift(), {image});
}

// Two residual blocks, in which every op here has parameters below it.
net::Graph residual_network(net::ScaleKind kind) {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{5});
  x = graph.add("stem", net::dense(7), {x});
  for (const char* name : {"block1", "block2"}) {
    net::NodeId y = graph.add(name, net::shift(), {x});
    y = graph.add(name, net::dense(7), {y});
    y = graph.add(name, net::activation("tanh"), {y});
    y = graph.add(name, kind == net::ScaleKind::fixed ? net::scale(0.5) : net::trainable_scale(kind), {y});
    x = graph.add(name, net::add(), {x, y});
  }
  x = graph.add("head", net::dense(3), {x});
  graph.set_output(x);
  return graph;
}

TEST(ElementwiseOps, GradientsOfResidualBlocksMatchDifferences) {
  for (const net::ScaleKind kind : {net::ScaleKind::fixed, net::ScaleKind::trainable, net::ScaleKind::per_unit}) {
    SCOPED_TRACE(static_cast<int>(kind));
    expect_agreement_for_all_batches([kind] { return residual_network(kind); });
  }
}

TEST(ElementwiseOps, ASumOfATensorWithItselfAndAThirdTimeLaterHasAllItsGradients) {
  expect_agreement_for_all_batches([] {
    net::Graph graph;
    net::NodeId x = graph.add_input("input", Shape{4});
    x = graph.add("stem", net::dense(6), {x});
    net::NodeId y = graph.add("twice", net::add(), {x, x});
    y = graph.add("twice", net::activation("tanh"), {y});
    y = graph.add("thrice", net::add(), {y, x, y});
    graph.set_output(graph.add("head", net::dense(3), {y}));
    return graph;
  });
}

// The sum writes over one of its inputs, a relu takes part in it, and its gradients share memory where they can.
TEST(ElementwiseOps, SumsThatAreRectifiedAndShareMemoryHaveAllTheirGradients) {
  for (const char* function : {"relu", "tanh"}) {
    expect_agreement_for_all_batches([function] {
      net::Graph graph;
      net::NodeId x = graph.add_input("input", Shape{4});
      const net::NodeId a = graph.add("a", net::dense(6), {x});
      const net::NodeId b = graph.add("b", net::dense(6), {x});
      const net::NodeId c = graph.add("c", net::dense(6), {x});
      net::NodeId y = graph.add("sum1", net::add(), {a, b, c});
      const net::NodeId skipped = y = graph.add("sum1", net::activation(function), {y});
      y = graph.add("d", net::dense(6), {y});
      y = graph.add("sum2", net::add(), {skipped, a, y});
      y = graph.add("sum2", net::activation(function), {y});
      graph.set_output(graph.add("head", net::dense(3), {y}));
      return graph;
    });
  }
}

TEST(ElementwiseOps, AZeroScaleStopsTheGradientBelowItAndNotItsOwn) {
  Twin twin(residual_network(net::ScaleKind::trainable), {.batch_size = 4}, 4);
  twin.plan.set_parameter("block2.scale", std::vector<float>{0});
  twin.plan.gradients(4);
  for (const float g : twin.plan.gradient("block2.weight")) EXPECT_EQ(g, 0.0F);
  EXPECT_NE(twin.plan.gradient("block2.scale")[0], 0.0F);
}

}  // namespace
}  // namespace fanin::engine
