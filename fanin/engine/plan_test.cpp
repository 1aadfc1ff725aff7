#include "fanin/engine/plan.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/reference.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/shorthand.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

using ::testing::HasSubstr;

// A plan and the reference's view of the same random parameters and batch.
struct Twin {
  net::Graph graph;
  Plan plan;
  ReferenceParameters parameters;
  ReferenceBatch batch;

  Twin(net::Graph network, const PlanOptions& options, std::int64_t rows, double zero_fraction = 0)
      : graph(std::move(network)), plan(graph, options) {
    use_one_thread();
    std::mt19937_64 random(7);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<double> coin;
    for (const net::ParameterSpec& spec : graph.parameters()) {
      const auto count = static_cast<std::size_t>(spec.shape().count());
      const float scale = spec.has_fans() ? 1 / std::sqrt(static_cast<float>(fans(spec).fan_in)) : 0.1F;
      std::vector<float> values(count);
      for (float& value : values) value = scale * normal(random);
      plan.set_parameter(spec.name, values);
      parameters[spec.name].assign(values.begin(), values.end());
    }
    batch.rows = rows;
    const std::int64_t features = graph.node(graph.inputs()[0]).shape.count();
    const std::int64_t outputs = graph.node(graph.output()).shape.count();
    for (std::int64_t i = 0; i < rows * features; ++i) {
      const float value = coin(random) < zero_fraction ? 0.0F : normal(random);
      plan.input()[static_cast<std::size_t>(i)] = value;
      batch.inputs.push_back(static_cast<double>(value));
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      batch.labels.push_back(static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(outputs)));
      plan.labels()[static_cast<std::size_t>(i)] = batch.labels.back();
    }
    for (std::size_t i = 0; i < plan.targets().size(); ++i) {
      plan.targets()[i] = normal(random);
      if (i < static_cast<std::size_t>(rows * outputs)) batch.targets.push_back(plan.targets()[i]);
    }
  }

  // Loss and every gradient of the plan against the reference and its differences.
  void expect_agreement(net::Loss loss) {
    const double expected = reference_loss(graph, loss, parameters, batch);
    const BatchResult evaluated = plan.evaluate(batch.rows);
    EXPECT_NEAR(evaluated.loss_sum / static_cast<double>(batch.rows), expected, 2e-6 * (1 + std::abs(expected)));
    const BatchResult result = plan.gradients(batch.rows);
    EXPECT_EQ(result.loss_sum, evaluated.loss_sum);
    for (const net::ParameterSpec& spec : graph.parameters()) {
      const std::vector<double> truth = reference_gradient(graph, loss, parameters, batch, spec.name);
      const std::vector<float> gradient = plan.gradient(spec.name);
      ASSERT_EQ(gradient.size(), truth.size());
      for (std::size_t i = 0; i < truth.size(); ++i) {
        ASSERT_NEAR(gradient[i], truth[i], 2e-6 + 2e-5 * std::abs(truth[i])) << spec.name << "[" << i << "]";
      }
    }
  }
};

net::Graph small_network(const char* activation) {
  return net::dense_network({5, 7, 4, 3}, net::parse_activation(activation));
}

TEST(Plan, GradientsOfEveryActivationMatchDifferencesOfTheReference) {
  for (const net::ActivationFunction* function : net::activation_functions()) {
    SCOPED_TRACE(function->name);
    for (const std::int64_t rows : {1, 6}) {
      Twin(net::dense_network({5, 7, 4, 3}, net::Activation(*function)), {.batch_size = 6}, rows)
          .expect_agreement(net::Loss::softmax_cross_entropy);
    }
  }
}

TEST(Plan, MeanSquaredErrorGradientsMatchDifferencesOfTheReference) {
  const PlanOptions options{.batch_size = 8, .loss = net::Loss::mean_squared_error};
  Twin(small_network("tanh"), options, 5).expect_agreement(net::Loss::mean_squared_error);
}

TEST(Plan, AValueReadBySeveralNodesCollectsAllTheirGradients) {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{4});
  x = graph.add("stem", net::dense(6), {x});
  x = graph.add("stem", net::activation("tanh"), {x});
  // The same tensor goes through two branches, the second of which reads the first's output too.
  net::NodeId y = graph.add("branch", net::dense(6), {x});
  y = graph.add("branch", net::activation("gelu"), {y});
  y = graph.add("head", net::dense(3), {y});
  graph.set_output(y);
  Twin(graph, {.batch_size = 4}, 4).expect_agreement(net::Loss::softmax_cross_entropy);
}

TEST(Plan, WidthsThatFillSeveralBlocksAndLeaveRemaindersAgreeWithTheReference) {
  // 300 x 130 needs two gradient blocks, and no width is a multiple of a SIMD vector.
  Twin twin(net::dense_network({300, 130, 3}, net::parse_activation("relu")), {.batch_size = 9}, 9);
  const double expected = reference_loss(twin.graph, net::Loss::softmax_cross_entropy, twin.parameters, twin.batch);
  EXPECT_NEAR(twin.plan.gradients(9).loss_sum / 9, expected, 1e-5);
  // Differences of all 39,000 weights would take long: the directional derivative along the
  // gradient itself must be its squared norm.
  double squared_norm = 0;
  ReferenceParameters above = twin.parameters;
  ReferenceParameters below = twin.parameters;
  constexpr double kStep = 1e-5;
  for (const net::ParameterSpec& spec : twin.graph.parameters()) {
    const std::vector<float> gradient = twin.plan.gradient(spec.name);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const auto g = static_cast<double>(gradient[i]);
      squared_norm += g * g;
      above[spec.name][i] += kStep * g;
      below[spec.name][i] -= kStep * g;
    }
  }
  const double slope = (reference_loss(twin.graph, net::Loss::softmax_cross_entropy, above, twin.batch) -
                        reference_loss(twin.graph, net::Loss::softmax_cross_entropy, below, twin.batch)) /
                       (2 * kStep);
  EXPECT_NEAR(slope / squared_norm, 1, 1e-4);
}

TEST(Plan, ALayerThatSkipsZeroInputsAgreesWithDifferences) {
  const net::Graph graph = net::dense_network({9, 64, 3}, net::parse_activation("tanh"));
  Twin(graph, {.batch_size = 5, .input_zero_fraction = 0.6}, 5, 0.6).expect_agreement(net::Loss::softmax_cross_entropy);
}

TEST(Plan, ALayerThatSkipsZeroInputsAgreesWithTheDenseOne) {
  // 64 and 192 outputs are whole vectors on every target; 70 rows need two masks; 131 features are odd.
  for_every_simd_target([] {
    for (const std::int64_t width : {64, 192}) {
      for (const std::int64_t rows : {1, 5, 70}) {
        const net::Graph graph = net::dense_network({131, width, 3}, net::parse_activation("tanh"));
        Twin skipping(graph, {.batch_size = 70, .input_zero_fraction = 0.6}, rows, 0.6);
        Twin dense(graph, {.batch_size = 70}, rows, 0.6);
        const double loss = dense.plan.gradients(rows).loss_sum;
        EXPECT_NEAR(skipping.plan.gradients(rows).loss_sum, loss, 1e-5 * loss);
        const std::vector<float> expected = dense.plan.gradient("layer1.weight");
        const std::vector<float> gradient = skipping.plan.gradient("layer1.weight");
        for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(gradient[i], expected[i], 2e-6F);
      }
    }
  });
}

TEST(Plan, ADeadNetworkMovesItsLastBiasOnly) {
  for (const double zeros : {0.0, 0.5}) {
    const PlanOptions options{.batch_size = 8, .optimizer = parse_optimizer("sgd", 0.1), .input_zero_fraction = zeros};
    Twin twin(net::dense_network({70, 64, 32, 3}, net::parse_activation("relu")), options, 8, zeros);
    for (const net::ParameterSpec& spec : twin.graph.parameters()) {
      twin.plan.set_parameter(spec.name, std::vector<float>(static_cast<std::size_t>(spec.shape().count())));
    }
    for (int step = 0; step < 3; ++step) twin.plan.train_step(8);
    for (const net::ParameterSpec& spec : twin.graph.parameters()) {
      const std::vector<float> values = twin.plan.parameter(spec.name);
      const bool moved = std::any_of(values.begin(), values.end(), [](float value) { return value != 0; });
      EXPECT_EQ(moved, spec.name == "layer3.bias") << spec.name;
    }
  }
}

TEST(Plan, ATapChangesNoBitAlsoWhereZerosAreSkipped) {
  const PlanOptions options{.batch_size = 6, .optimizer = parse_optimizer("adam", 1e-2), .input_zero_fraction = 0.5};
  Twin watched(net::dense_network({131, 64, 3}, net::parse_activation("relu")), options, 6, 0.5);
  Twin alone(net::dense_network({131, 64, 3}, net::parse_activation("relu")), options, 6, 0.5);
  class : public net::Tap {
    void see(const net::TapTensor&) override {}
  } tap;
  for (int step = 0; step < 5; ++step) {
    EXPECT_EQ(watched.plan.train_step(6, tap).loss_sum, alone.plan.train_step(6).loss_sum);
  }
  EXPECT_EQ(watched.plan.parameter("layer1.weight"), alone.plan.parameter("layer1.weight"));
}

// Notes the order and the sizes of what it is shown.
class CountingTap final : public net::Tap {
 public:
  void see(const net::TapTensor& tensor) override {
    ++seen[static_cast<std::size_t>(tensor.kind)];
    EXPECT_EQ(static_cast<std::int64_t>(tensor.values.size()), tensor.shape->count());
    if (tensor.name == "layer1.weight") {
      EXPECT_EQ(*tensor.shape, (Shape{7, 5}));
    }
  }
  std::array<int, 4> seen{};
};

TEST(Plan, ATapSeesEveryTensorAndChangesNoBit) {
  const PlanOptions options{.batch_size = 6, .optimizer = parse_optimizer("adam", 1e-2)};
  Twin watched(small_network("gelu"), options, 6);
  Twin alone(small_network("gelu"), options, 6);
  CountingTap tap;
  for (int step = 0; step < 5; ++step) {
    EXPECT_EQ(watched.plan.train_step(6, tap).loss_sum, alone.plan.train_step(6).loss_sum);
  }
  for (const net::ParameterSpec& spec : watched.graph.parameters()) {
    EXPECT_EQ(watched.plan.parameter(spec.name), alone.plan.parameter(spec.name)) << spec.name;
  }
  EXPECT_EQ(tap.seen, (std::array<int, 4>{5 * 9, 5 * 8, 5 * 6, 5 * 6}));  // 8 ops and the input; 6 parameters
}

TEST(Plan, ParametersAreWrittenAndReadInTheirDescribedLayout) {
  Twin twin(small_network("relu"), {.batch_size = 2}, 2);
  std::vector<float> values(35);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  twin.plan.set_parameter("layer1.weight", values);
  EXPECT_EQ(twin.plan.parameter("layer1.weight"), values);
}

TEST(Plan, RowsOfABatchDoNotDependOnTheRowsBesideThem) {
  Twin twin(small_network("tanh"), {.batch_size = 6}, 6);
  twin.plan.evaluate(6);
  const std::vector<float> all(twin.plan.output().begin(), twin.plan.output().begin() + 6);
  twin.plan.evaluate(2);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(twin.plan.output()[i], all[i], 1e-6F);
}

TEST(Plan, MemoryIsSharedAndAnEvaluationPlanNeedsLess) {
  const net::Graph deep = net::dense_network(std::vector<std::int64_t>(50, 64), net::parse_activation("gelu"));
  const Plan training(deep, {.batch_size = 256});
  const Plan evaluation(deep, {.batch_size = 256, .training = false});
  EXPECT_LT(training.arena_bytes(), training.unshared_bytes());
  EXPECT_LT(evaluation.arena_bytes(), training.arena_bytes() / 4);
}

TEST(Plan, ALabelOutsideTheClassesMakesTheLossNaNAndNothingElse) {
  Twin twin(small_network("tanh"), {.batch_size = 2}, 2);
  twin.plan.labels()[0] = 3;
  EXPECT_TRUE(std::isnan(twin.plan.evaluate(2).loss_sum));
  twin.plan.labels()[0] = -1;
  EXPECT_TRUE(std::isnan(twin.plan.train_step(2).loss_sum));
}

TEST(Plan, ImpossibleRequestsNameWhatIsWrong) {
  const auto message = [](const std::function<void()>& action) -> std::string {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  Twin twin(small_network("relu"), {.batch_size = 2}, 2);
  EXPECT_THAT(message([&] { (void)twin.plan.parameter("layer1.wieght"); }), HasSubstr("did you mean layer1.weight"));
  EXPECT_THAT(message([&] { twin.plan.set_parameter("layer1.bias", std::vector<float>(3)); }), HasSubstr("[7] has 7"));
  EXPECT_THAT(message([&] { twin.plan.gradients(3); }), HasSubstr("outside [1, 2]"));
  EXPECT_THAT(message([&] { Plan(twin.graph, {.batch_size = 0}); }), HasSubstr("batch size"));
  net::Graph dangling = small_network("relu");
  dangling.add("extra", net::dense(2), {0});
  EXPECT_THAT(message([&] { Plan(dangling, {}); }), HasSubstr("extra.dense"));
  net::Graph no_output;
  no_output.add_input("input", Shape{3});
  EXPECT_THAT(message([&] { Plan(no_output, {}); }), HasSubstr("no output"));
}

}  // namespace
}  // namespace fanin::engine
