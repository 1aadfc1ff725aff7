#include "fanin/engine/step_watch.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "fanin/core/error.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/presets.hpp"
#include "fanin/net/shorthand.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

struct Case {
  std::string name;
  net::Graph graph;
  TwinOptions twin = {};
};

// Two batch norms and a sum that take a relu in, one of them read twice; a bias whose input is read twice.
net::Graph image_network() {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{4, 3, 2});
  x = graph.add("stem", net::trainable_scale(net::ScaleKind::per_unit), {x});
  x = graph.add("norm0", net::batch_norm(), {x});
  const net::NodeId skipped = x = graph.add("norm0", net::activation("relu"), {x});
  x = graph.add("norm1", net::batch_norm(), {x});
  x = graph.add("block", net::add(), {skipped, x});
  x = graph.add("sum", net::activation("relu"), {x});
  x = graph.add("out", net::flatten(), {x});
  x = graph.add("middle", net::dense(6), {x});
  const net::NodeId branch = graph.add("middle", net::bias(), {x});
  x = graph.add("middle", net::add(), {branch, x});
  graph.set_output(graph.add("head", net::dense(3), {x}));
  return graph;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  all.push_back({"dense", net::dense_network({5, 70, 64, 3}, net::parse_activation("relu"))});
  all.push_back({"zeros", net::dense_network({131, 64, 3}, net::parse_activation("gelu")), {.zero_fraction = 0.6}});
  all.push_back({"images", image_network()});
  all.push_back({"lenet5", net::preset_network("lenet5", {.input = {1, 28, 28}, .outputs = 10})});
  all.push_back({"gpt",
                 net::preset_network("gpt(layers=1, width=8, heads=2)",
                                     {.input = {5}, .outputs = 4, .vocabulary = 4, .positions = 5}),
                 {.vocabulary = 4}});
  all.push_back({"lstm", net::preset_network("lstm(units=3, layers=2)", {.input = {4, 3}, .outputs = 3})});
  return all;
}

PlanOptions options_of(const Case& one, const char* optimizer, int chunks) {
  return {.batch_size = 7,
          .optimizer = parse_optimizer(optimizer, 1e-2),
          .input_zero_fraction = one.twin.zero_fraction,
          .chunks = chunks};
}

class KeepingTap final : public net::Tap {
 public:
  void see(const net::TapTensor& tensor) override {
    seen[tensor.kind][std::string(tensor.name)].assign(tensor.values.begin(), tensor.values.end());
  }
  std::map<net::TapKind, std::map<std::string, std::vector<float>>> seen = {};
};

void expect_same(const QuickStatistics& found, std::span<const float> values) {
  const QuickStatistics expected = quick_statistics(values);
  EXPECT_EQ(found.largest_magnitude, expected.largest_magnitude);
  EXPECT_NEAR(found.square_sum, expected.square_sum, 2e-6 * expected.square_sum);
  EXPECT_EQ(found.non_finite, expected.non_finite);
}

// What the quick statistics say of a step beside what a tap is shown of the same step.
void expect_tapped(const Plan& plan, const net::Graph& graph, KeepingTap& tap, bool clips_relus) {
  std::size_t unseen = 0;
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    const std::string& name = graph.node(id).name;
    SCOPED_TRACE(name);
    const NodeWatch& watch = plan.watched_nodes()[id];
    if (watch.output.count == 0) {
      ++unseen;
      continue;
    }
    const std::vector<float>& values = tap.seen[net::TapKind::activation][name];
    EXPECT_EQ(watch.output.count, static_cast<std::int64_t>(values.size()));
    expect_same(watch.output.quick, values);
    const std::vector<float>& gradients = tap.seen[net::TapKind::activation_gradient][name];
    EXPECT_EQ(watch.gradient.count, static_cast<std::int64_t>(gradients.size()));
    expect_same(watch.gradient.quick, gradients);
  }
  EXPECT_EQ(unseen > 0, clips_relus) << "only where a relu is taken in";
  const std::vector<net::ParameterSpec> parameters = graph.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    SCOPED_TRACE(parameters[i].name);
    const UpdateStatistics& watch = plan.watched_parameters()[i];
    expect_same(watch.gradient, tap.seen[net::TapKind::weight_gradient][parameters[i].name]);
    const std::vector<float> after = plan.parameter(parameters[i].name);
    expect_same(watch.value, after);
  }
}

void expect_same(const TensorStatistics& found, std::span<const float> values) {
  const TensorStatistics expected = tensor_statistics(values);
  EXPECT_EQ(found.count, expected.count);
  if (expected.count == 0) return;
  EXPECT_EQ(found.zero_count, expected.zero_count);
  EXPECT_EQ(found.positive_count, expected.positive_count);
  EXPECT_EQ(found.minimum, expected.minimum);
  EXPECT_EQ(found.maximum, expected.maximum);
  EXPECT_EQ(found.first_non_finite, expected.first_non_finite);
  const double rounding = 2e-6 * std::sqrt(expected.mean_square());
  EXPECT_NEAR(found.mean, expected.mean, rounding);
  EXPECT_NEAR(found.variance, expected.variance, 2 * rounding * std::sqrt(expected.mean_square()));
}

// The same of the full statistics.
void expect_tapped_fully(const Plan& plan, const net::Graph& graph, KeepingTap& tap) {
  ASSERT_EQ(plan.node_statistics().size(), graph.nodes().size());
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    const std::string& name = graph.node(id).name;
    SCOPED_TRACE(name);
    const NodeStatistics& seen = plan.node_statistics()[id];
    EXPECT_EQ(seen.output.count, plan.watched_nodes()[id].output.count);
    EXPECT_EQ(seen.gradient.count, plan.watched_nodes()[id].gradient.count);
    if (seen.output.count == 0) continue;
    expect_same(seen.output, tap.seen[net::TapKind::activation][name]);
    expect_same(seen.gradient, tap.seen[net::TapKind::activation_gradient][name]);
  }
  const std::vector<net::ParameterSpec> parameters = graph.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    SCOPED_TRACE(parameters[i].name);
    const ParameterStatistics& seen = plan.parameter_statistics()[i];
    expect_same(seen.value, tap.seen[net::TapKind::weight][parameters[i].name]);
    expect_same(seen.gradient, tap.seen[net::TapKind::weight_gradient][parameters[i].name]);
    const std::vector<float> after = plan.parameter(parameters[i].name);
    std::vector<float> change = tap.seen[net::TapKind::weight][parameters[i].name];
    for (std::size_t j = 0; j < change.size(); ++j) change[j] = after[j] - change[j];
    expect_same(plan.watched_parameters()[i].update, change);
  }
}

TEST(StepWatch, SeesWhatATapIsShownAndChangesNoBit) {
  for (const Case& one : cases()) {
    for (const auto& [rows, chunks, threads] : {std::array<int, 3>{7, 1, 1}, {4, 3, 1}, {7, 3, 2}}) {
      SCOPED_TRACE(one.name + ", rows " + std::to_string(rows) + ", chunks " + std::to_string(chunks));
      PlanOptions options = options_of(one, "adam", chunks);
      options.threads = threads;
      Twin watched(one.graph, options, rows, one.twin);
      Twin tapped(one.graph, options, rows, one.twin);
      Twin alone(one.graph, options, rows, one.twin);
      watched.plan.watch(true);
      KeepingTap tap;
      for (int step = 0; step < 3; ++step) {
        const double loss = alone.plan.train_step(rows).loss_sum;
        watched.plan.watch_fully(step == 1);
        EXPECT_EQ(watched.plan.train_step(rows).loss_sum, loss);
        EXPECT_EQ(tapped.plan.train_step(rows, tap).loss_sum, loss);
        expect_tapped(watched.plan, one.graph, tap, one.name == "images");
        if (step == 1) expect_tapped_fully(watched.plan, one.graph, tap);
      }
      for (const net::ParameterSpec& spec : one.graph.parameters()) {
        EXPECT_EQ(watched.plan.parameter(spec.name), alone.plan.parameter(spec.name)) << spec.name;
      }
    }
  }
}

TEST(StepWatch, SeesTheSameBesideATap) {
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.name);
    Twin both(one.graph, options_of(one, "momentum", 2), 7, one.twin);
    both.plan.watch(true);
    KeepingTap tap;
    both.plan.train_step(7, tap);
    expect_tapped(both.plan, one.graph, tap, false);
  }
}

TEST(StepWatch, ChangesNoBitOfAnyOptimizerOnAnyTarget) {
  const net::Graph graph = net::dense_network({9, 67, 5}, net::parse_activation("tanh"));
  for_every_simd_target([&] {
    for (const std::string_view optimizer : optimizer_names()) {
      SCOPED_TRACE(optimizer);
      const PlanOptions options{.batch_size = 6, .optimizer = parse_optimizer(optimizer, 1e-2)};
      Twin watched(graph, options, 6);
      Twin alone(graph, options, 6);
      watched.plan.watch(true);
      for (int step = 0; step < 4; ++step) {
        watched.plan.watch_fully(step != 2);
        std::map<std::string, std::vector<float>> before;
        for (const net::ParameterSpec& spec : graph.parameters()) before[spec.name] = alone.plan.parameter(spec.name);
        EXPECT_EQ(watched.plan.train_step(6).loss_sum, alone.plan.train_step(6).loss_sum);
        for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
          const std::string name = graph.parameters()[i].name;
          std::vector<float> change = alone.plan.parameter(name);
          ASSERT_EQ(watched.plan.parameter(name), change);
          for (std::size_t j = 0; j < change.size(); ++j) change[j] -= before[name][j];
          const UpdateStatistics& seen = watched.plan.watched_parameters()[i];
          expect_same(seen.update, step == 2 ? std::vector<float>{} : change);
        }
        for (std::size_t state = 0; state < alone.plan.states(); ++state) {
          EXPECT_EQ(watched.plan.state("layer1.weight", state), alone.plan.state("layer1.weight", state));
        }
      }
    }
  });
}

TEST(StepWatch, ClippingAndAccumulationKeepTheirBitsAndShowUnclippedGradients) {
  const net::Graph graph = net::dense_network({9, 80, 70, 5}, net::parse_activation("tanh"));
  for (const Clipping clipping : {Clipping::none, Clipping::value, Clipping::norm, Clipping::global_norm}) {
    for (const int threads : {1, 2}) {
      const PlanOptions options{.batch_size = 6,
                                .optimizer = parse_optimizer("adam", 1e-2),
                                .clipping = clipping,
                                .clip_limit = 1e-3,
                                .chunks = 2,
                                .threads = threads};
      Twin watched(graph, options, 6);
      Twin alone(graph, options, 6);
      watched.plan.watch(true);
      for (int step = 0; step < 3; ++step) {
        for (Plan* plan : {&watched.plan, &alone.plan}) {
          plan->accumulate(6, 9);
          plan->accumulate(3, 9);
          plan->step();
        }
        double squares = 0;
        for (const UpdateStatistics& seen : watched.plan.watched_parameters()) squares += seen.gradient.square_sum;
        if (clipping != Clipping::none) {
          EXPECT_NEAR(std::sqrt(squares), watched.plan.last_step().gradient_norm, 1e-5 * std::sqrt(squares));
        }
        EXPECT_EQ(watched.plan.watched_nodes()[1].output.count, 9 * 80) << "both parts";
      }
      for (const net::ParameterSpec& spec : graph.parameters()) {
        EXPECT_EQ(watched.plan.parameter(spec.name), alone.plan.parameter(spec.name)) << spec.name;
      }
    }
  }
}

TEST(StepWatch, ThreadsDoNotChangeTheBitsOfWhatIsSeen) {
  const net::Graph graph = net::dense_network({90, 200, 5}, net::parse_activation("relu"));
  PlanOptions options{.batch_size = 12, .optimizer = parse_optimizer("adam", 1e-2), .chunks = 4};
  Twin one(graph, options, 12);
  options.threads = 3;
  Twin three(graph, options, 12);
  one.plan.watch(true);
  three.plan.watch(true);
  for (int step = 0; step < 3; ++step) {
    one.plan.train_step(12);
    three.plan.train_step(12);
    for (std::size_t i = 0; i < graph.parameters().size(); ++i) {
      const UpdateStatistics& a = one.plan.watched_parameters()[i];
      const UpdateStatistics& b = three.plan.watched_parameters()[i];
      EXPECT_EQ(a.gradient.square_sum, b.gradient.square_sum);
      EXPECT_EQ(a.value.square_sum, b.value.square_sum);
      EXPECT_EQ(a.update.square_sum, b.update.square_sum);
    }
    for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
      EXPECT_EQ(one.plan.watched_nodes()[id].output.quick.square_sum,
                three.plan.watched_nodes()[id].output.quick.square_sum);
    }
  }
}

TEST(StepWatch, CountsWhatIsNotFiniteWhereItFirstAppears) {
  const net::Graph graph = net::dense_network({4, 20, 3}, net::parse_activation("relu"));
  for (const int chunks : {1, 2}) {
    Twin twin(graph, {.batch_size = 6, .optimizer = parse_optimizer("sgd", 0.1), .chunks = chunks}, 6);
    twin.plan.watch(true);
    twin.plan.watch_fully(true);
    std::vector<float> bias = twin.plan.parameter("layer1.bias");
    bias[7] = std::numeric_limits<float>::infinity();
    twin.plan.set_parameter("layer1.bias", bias);
    twin.plan.train_step(6);
    EXPECT_EQ(twin.plan.watched_nodes()[1].output.quick.non_finite, 0) << graph.node(1).name;
    EXPECT_EQ(twin.plan.watched_nodes()[2].output.quick.non_finite, 6) << graph.node(2).name;
    EXPECT_FALSE(std::isfinite(twin.plan.watched_nodes()[2].output.quick.largest_magnitude));
    EXPECT_EQ(twin.plan.watched_nodes()[1].output.first_non_finite, -1);
    EXPECT_EQ(twin.plan.watched_nodes()[2].output.first_non_finite, 7);
    const UpdateStatistics& weight = twin.plan.watched_parameters()[0];
    EXPECT_EQ(weight.value.non_finite, quick_statistics(twin.plan.parameter("layer1.weight")).non_finite);
    EXPECT_GT(weight.value.non_finite, 0);
    EXPECT_GT(weight.update.non_finite, 0);
  }
}

TEST(StepWatch, TinyAndHugeGradientsKeepTheirNorms) {
  const net::Graph graph = net::dense_network({4, 40, 3}, net::parse_activation("linear"));
  for (const float unit : {1e-25F, 1e15F}) {
    PlanOptions options{
        .batch_size = 6, .loss = net::Loss::mean_squared_error, .optimizer = parse_optimizer("sgd", 0.1)};
    Twin watched(graph, options, 6);
    for (float& target : watched.plan.targets()) target *= unit;
    for (const net::ParameterSpec& spec : graph.parameters()) {
      std::vector<float> values = watched.plan.parameter(spec.name);
      for (float& value : values) value *= spec.has_fans() ? 1.0F : 0.0F;
      if (spec.name == "layer2.weight") std::fill(values.begin(), values.end(), unit);
      if (spec.name == "layer1.weight") std::fill(values.begin(), values.end(), 0.0F);
      watched.plan.set_parameter(spec.name, values);
    }
    watched.plan.watch(true);
    KeepingTap tap;
    watched.plan.train_step(6, tap);
    expect_tapped(watched.plan, graph, tap, false);
  }
}

// Channel 1 of the second of three rows is the first that is not finite, whatever the layout and the chunks.
TEST(StepWatch, NamesElementsAsTheyAreDescribed) {
  for (const int chunks : {1, 3}) {
    PlanOptions options{.batch_size = 3, .chunks = chunks};
    Twin twin(image_network(), options, 3);
    twin.plan.watch(true);
    twin.plan.input()[24 + 6 + 4] = std::numeric_limits<float>::infinity();
    twin.plan.train_step(3);
    EXPECT_EQ(twin.plan.watched_nodes()[0].output.first_non_finite, 34);
    EXPECT_EQ(twin.plan.watched_nodes()[1].output.first_non_finite, 34);
    EXPECT_EQ(twin.plan.watched_nodes()[1].output.quick.non_finite, 1);
  }
}

TEST(StepWatch, IsRefusedWhereThereAreNoSteps) {
  Plan plan(net::dense_network({4, 3}, net::parse_activation("relu")), {.batch_size = 2, .training = false});
  EXPECT_THROW(plan.watch(true), Error);
  EXPECT_TRUE(plan.watched_nodes().empty());
}

}  // namespace
}  // namespace fanin::engine
