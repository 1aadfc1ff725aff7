#include "fanin/engine/plan.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/engine/reference.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/shorthand.hpp"
#include "tests/simd_targets.hpp"

namespace fanin::engine {
namespace {

using ::testing::HasSubstr;

net::Graph small_network(const char* activation) {
  return net::dense_network({5, 7, 4, 3}, net::parse_activation(activation));
}

TEST(Plan, GradientsOfEveryActivationMatchDifferencesOfTheReference) {
  for (const net::ActivationFunction* function : net::activation_functions()) {
    SCOPED_TRACE(function->name);
    for (const std::int64_t rows : {1, 6}) {
      Twin(net::dense_network({5, 7, 4, 3}, net::Activation(*function)), {.batch_size = 6}, rows).expect_agreement();
    }
  }
}

TEST(Plan, MeanSquaredErrorGradientsMatchDifferencesOfTheReference) {
  const PlanOptions options{.batch_size = 8, .loss = net::Loss::mean_squared_error};
  Twin(small_network("tanh"), options, 5).expect_agreement();
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
  Twin(graph, {.batch_size = 4}, 4).expect_agreement();
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
  Twin(graph, {.batch_size = 5, .input_zero_fraction = 0.6}, 5, {.zero_fraction = 0.6}).expect_agreement();
}

TEST(Plan, ALayerThatSkipsZeroInputsAgreesWithTheDenseOne) {
  // 64 and 192 outputs are whole vectors on every target; 70 rows need two masks; 131 features are odd.
  for_every_simd_target([] {
    for (const std::int64_t width : {64, 192}) {
      for (const std::int64_t rows : {1, 5, 70}) {
        const net::Graph graph = net::dense_network({131, width, 3}, net::parse_activation("tanh"));
        Twin skipping(graph, {.batch_size = 70, .input_zero_fraction = 0.6}, rows, {.zero_fraction = 0.6});
        Twin dense(graph, {.batch_size = 70}, rows, {.zero_fraction = 0.6});
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
    Twin twin(net::dense_network({70, 64, 32, 3}, net::parse_activation("relu")), options, 8, {.zero_fraction = zeros});
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
  Twin watched(net::dense_network({131, 64, 3}, net::parse_activation("relu")), options, 6, {.zero_fraction = 0.5});
  Twin alone(net::dense_network({131, 64, 3}, net::parse_activation("relu")), options, 6, {.zero_fraction = 0.5});
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

TEST(Plan, EveryLossHasTheGradientsOfItsReference) {
  for (const std::string_view name : net::loss_names()) {
    SCOPED_TRACE(name);
    expect_agreement_for_all_batches([] { return small_network("tanh"); }, {.loss = net::parse_loss(name)});
  }
}

TEST(Plan, SmoothedLabelsHaveTheGradientsOfTheReferenceAndDoNotTouchInference) {
  expect_agreement_for_all_batches([] { return small_network("tanh"); }, {.label_smoothing = 0.1});
}

std::vector<float> weights_after_steps(const PlanOptions& options, std::int64_t rows) {
  Twin twin(net::dense_network({5, 70, 40, 3}, net::parse_activation("gelu")), options, rows);
  for (int step = 0; step < 3; ++step) twin.plan.train_step(rows);
  return twin.plan.parameter("layer2.weight");
}

TEST(Plan, ThreadsNeverChangeTheBits) {
  for (const Clipping clipping : {Clipping::none, Clipping::value, Clipping::norm, Clipping::global_norm}) {
    PlanOptions options{.batch_size = 13,
                        .optimizer = parse_optimizer("adam", 1e-2),
                        .clipping = clipping,
                        .clip_limit = 0.01,
                        .chunks = 4};
    for (const std::int64_t rows : {13, 5}) {
      options.threads = 1;
      const std::vector<float> one = weights_after_steps(options, rows);
      options.threads = 3;
      EXPECT_EQ(one, weights_after_steps(options, rows));
    }
  }
}

TEST(Plan, AccumulatedGradientsAreThoseOfOneBatch) {
  const PlanOptions options{.batch_size = 6, .optimizer = parse_optimizer("sgd", 0.1)};
  Twin whole(small_network("tanh"), options, 6);
  Twin parts(small_network("tanh"), options, 6);
  whole.plan.train_step(6);
  parts.plan.accumulate(4, 6);
  std::copy(whole.batch.inputs.begin() + 4 * 5, whole.batch.inputs.end(), parts.plan.input().begin());
  std::copy(whole.batch.labels.begin() + 4, whole.batch.labels.end(), parts.plan.labels().begin());
  parts.plan.accumulate(2, 6);
  parts.plan.step();
  const std::vector<float> a = whole.plan.parameter("layer1.weight");
  const std::vector<float> b = parts.plan.parameter("layer1.weight");
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6);
}

TEST(Plan, ClippingByGlobalNormScalesAllGradientsAndReportsTheNorm) {
  const auto change = [](Clipping clipping, double limit, StepReport& report) {
    Twin twin(small_network("tanh"),
              {.batch_size = 6, .optimizer = parse_optimizer("sgd", 1), .clipping = clipping, .clip_limit = limit}, 6);
    std::vector<double> moved;
    double square = 0;
    for (const net::ParameterSpec& spec : twin.graph.parameters()) {
      const std::vector<float> before = twin.plan.parameter(spec.name);
      moved.insert(moved.end(), before.begin(), before.end());
    }
    twin.plan.train_step(6);
    report = twin.plan.last_step();
    std::size_t i = 0;
    for (const net::ParameterSpec& spec : twin.graph.parameters()) {
      for (const float after : twin.plan.parameter(spec.name)) {
        const double step = static_cast<double>(after) - moved[i++];
        square += step * step;
      }
    }
    return std::sqrt(square);
  };
  StepReport report;
  const double free = change(Clipping::none, 1, report);
  EXPECT_NEAR(change(Clipping::global_norm, free / 3, report), free / 3, 1e-5 * free);
  EXPECT_NEAR(report.gradient_norm, free, 1e-5 * free);
  EXPECT_EQ(report.clipped, 6);
  EXPECT_NEAR(change(Clipping::global_norm, free * 3, report), free, 1e-5 * free);
  EXPECT_EQ(report.clipped, 0);
  EXPECT_LE(change(Clipping::value, 1e-3, report), 1e-3 * std::sqrt(90.0));
  EXPECT_GT(report.clipped, 0);
}

TEST(Plan, ALearningRateFactorMovesOneParameterFurther) {
  const PlanOptions options{.batch_size = 6, .optimizer = parse_optimizer("sgd", 0.1), .chunks = 2};
  Twin plain(small_network("tanh"), options, 6);
  Twin factor(small_network("tanh"), options, 6);
  factor.plan.set_learning_rate_factor("layer2.weight", 10);
  const std::vector<float> start = plain.plan.parameter("layer2.weight");
  plain.plan.train_step(6);
  factor.plan.train_step(6);
  EXPECT_EQ(plain.plan.parameter("layer1.weight"), factor.plan.parameter("layer1.weight"));
  const std::vector<float> once = plain.plan.parameter("layer2.weight");
  const std::vector<float> ten = factor.plan.parameter("layer2.weight");
  for (std::size_t i = 0; i < start.size(); ++i) EXPECT_NEAR(ten[i] - start[i], 10 * (once[i] - start[i]), 1e-6);
}

}  // namespace
}  // namespace fanin::engine
