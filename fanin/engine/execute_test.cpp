// What a tap is shown of a network whose values do not lie in memory as they are described.
#include "fanin/engine/execute.hpp"

#include <gtest/gtest.h>

#include <map>

#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/group_norm.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/scale.hpp"

namespace fanin::engine {
namespace {

// Images that batch_norm and group_norm turn channels-last and layer_norm turns back.
net::Graph image_network() {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{4, 3, 2});
  x = graph.add("stem", net::trainable_scale(net::ScaleKind::per_unit), {x});
  x = graph.add("norm0", net::batch_norm(), {x});
  x = graph.add("norm0", net::activation("relu"), {x});
  const net::NodeId skipped = x = graph.add("norm1", net::batch_norm(), {x});
  x = graph.add("block", net::activation("relu"), {x});
  x = graph.add("block", net::trainable_scale(), {x});
  x = graph.add("norm2", net::group_norm(2), {x});
  x = graph.add("block", net::add(), {skipped, x});
  x = graph.add("sum", net::activation("relu"), {x});
  x = graph.add("norm3", net::layer_norm(), {x});
  x = graph.add("out", net::concat(0), {x, skipped});
  x = graph.add("out", net::flatten(), {x});
  graph.set_output(graph.add("head", net::dense(3), {x}));
  return graph;
}

class KeepingTap final : public net::Tap {
 public:
  void see(const net::TapTensor& tensor) override {
    seen[tensor.kind][std::string(tensor.name)].assign(tensor.values.begin(), tensor.values.end());
  }
  std::map<net::TapKind, std::map<std::string, std::vector<float>>> seen = {};
};

PlanOptions in_chunks(int chunks) { return {.batch_size = 5, .chunks = chunks, .threads = 1}; }

TEST(WatchedRun, ShowsEveryValueAsItIsDescribedWhateverItsLayoutAndChunks) {
  for (const int chunks : {1, 3}) {
    Twin twin(image_network(), in_chunks(chunks), 5);
    KeepingTap tap;
    twin.plan.gradients(5, &tap);
    const std::vector<std::vector<double>> expected = reference_forward(twin.graph, twin.parameters, twin.batch);
    for (net::NodeId id = 0; id < twin.graph.nodes().size(); ++id) {
      const std::string& name = twin.graph.node(id).name;
      const std::vector<float>& values = tap.seen[net::TapKind::activation][name];
      ASSERT_EQ(values.size(), expected[id].size()) << name;
      for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], expected[id][i], 1e-5) << name;
    }
    EXPECT_EQ(tap.seen[net::TapKind::activation].size(), twin.graph.nodes().size()) << "layout changes are no nodes";
  }
}

// The gradient of a scale α is Σ dy·x over what a tap sees of its output's gradient and its input: wrong as
// soon as one of the two is shown in another order.
TEST(WatchedRun, ShowsGradientsInTheOrderOfTheValues) {
  for (const int chunks : {1, 3}) {
    Twin twin(image_network(), in_chunks(chunks), 5);
    KeepingTap tap;
    twin.plan.gradients(5, &tap);
    const std::vector<float>& x = tap.seen[net::TapKind::activation]["block.activation"];
    const std::vector<float>& dy = tap.seen[net::TapKind::activation_gradient]["block.scale"];
    ASSERT_EQ(x.size(), dy.size());
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(x[i]) * static_cast<double>(dy[i]);
    const std::vector<double> truth =
        reference_gradient(twin.graph, net::Loss::softmax_cross_entropy, twin.parameters, twin.batch, "block.scale");
    EXPECT_NEAR(sum, truth[0], 1e-5);
    EXPECT_EQ(tap.seen[net::TapKind::activation_gradient].size(), twin.graph.nodes().size() - 1);
    EXPECT_EQ(tap.seen[net::TapKind::weight_gradient].size(), twin.graph.parameters().size());
  }
}

TEST(WatchedRun, GivesTheBitsOfAnUnwatchedOne) {
  for (const int chunks : {1, 3}) {
    Twin watched(image_network(), in_chunks(chunks), 5);
    Twin alone(image_network(), in_chunks(chunks), 5);
    KeepingTap tap;
    for (int step = 0; step < 3; ++step) {
      EXPECT_EQ(watched.plan.train_step(5, tap).loss_sum, alone.plan.train_step(5).loss_sum);
    }
    for (const net::ParameterSpec& spec : watched.graph.parameters()) {
      EXPECT_EQ(watched.plan.parameter(spec.name), alone.plan.parameter(spec.name)) << spec.name;
    }
    EXPECT_EQ(watched.plan.parameter("norm1.running_var"), alone.plan.parameter("norm1.running_var"));
  }
}

}  // namespace
}  // namespace fanin::engine
