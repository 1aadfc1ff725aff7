#include "fanin/experiment/counterfactual/counterfactual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fanin/core/gemm.hpp"
#include "fanin/experiment/counterfactual/rewrite.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A network of 20-64-64-64-4 that learns well as it stands.
CounterfactualSettings sound_settings() {
  CounterfactualSettings settings;
  TrainSettings& training = settings.probe.training;
  training.net = "20-64x3-4";
  training.data = "teacher(inputs=20, hidden=8, outputs=4, task=classification, points=4000, test_points=100)";
  training.optimizer = "sgd";
  training.learning_rate = 0.1;
  training.batch_size = 128;
  training.threads = 1;
  return settings;
}

Counterfactual why(const CounterfactualSettings& settings) {
  use_one_thread();
  const TrainSettings& training = settings.probe.training;
  return counterfactual(settings, load_data_set(training.data, training.data_options), {}, {});
}

std::string first_factor(const CounterfactualSettings& settings) {
  const Counterfactual result = why(settings);
  std::string all = result.conclusion;
  for (const Factor& factor : result.factors) {
    all += "\n" + factor.name + ": " + factor.not_tried;
    for (const Trial& trial : factor.trials) {
      all += "\n  " + trial.change + " " + std::to_string(trial.effect.value) + " ± " +
             std::to_string(trial.effect.error) + " " + std::string(to_string(trial.verdict));
    }
  }
  SCOPED_TRACE(all);
  EXPECT_EQ(result.cause, 0U) << all;
  if (!result.cause) return "none";
  EXPECT_GT(result.factors[0].best().effect.value, 0.05) << all;
  return result.factors[0].name;
}

TEST(CounterfactualTest, WeightsThatStartFarTooSmallAreBlamedOnTheInitialization) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.init = "normal(std=0.001)";
  EXPECT_EQ(first_factor(settings), "initialization");
}

TEST(CounterfactualTest, WeightsThatStartFarTooLargeAreBlamedOnTheInitialization) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.init = "normal(std=2)";
  EXPECT_EQ(first_factor(settings), "initialization");
}

TEST(CounterfactualTest, EqualUnitsAreBlamedOnTheInitialization) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.init = "constant(0.1)";
  EXPECT_EQ(first_factor(settings), "initialization");
}

TEST(CounterfactualTest, AnExceptionThatSpoilsOneLayerIsBlamedOnTheInitialization) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.init_for = "layer2.bias=constant(-30)";
  EXPECT_EQ(first_factor(settings), "initialization");
}

TEST(CounterfactualTest, ALearningRateThatIsTooLargeIsBlamed) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.learning_rate = 30;
  EXPECT_EQ(first_factor(settings), "learning rate");
}

TEST(CounterfactualTest, ALearningRateThatIsTooSmallIsBlamed) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.learning_rate = 1e-3;
  EXPECT_EQ(first_factor(settings), "learning rate");
}

TEST(CounterfactualTest, InputsOutOfScaleAreBlamed) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.data_options.input_factor = 300;
  EXPECT_EQ(first_factor(settings), "input scale");
}

TEST(CounterfactualTest, ASoundTrainingNeedsNoExplanation) {
  const Counterfactual result = why(sound_settings());
  EXPECT_FALSE(result.cause);
  EXPECT_THAT(result.conclusion, StartsWith("Nothing to explain"));
  EXPECT_GT(result.as_is.progress.value, 0.05);
}

TEST(CounterfactualTest, LabelsThatHaveNothingToDoWithTheInputsCannotBeTold) {
  CounterfactualSettings settings = sound_settings();
  settings.probe.training.data_options.shuffle_labels = 1;
  const Counterfactual result = why(settings);
  EXPECT_FALSE(result.cause) << result.conclusion;
  EXPECT_THAT(result.conclusion, HasSubstr("annot tell"));
}

TEST(CounterfactualTest, TheSameQuestionHasTheSameAnswerToTheBit) {
  CounterfactualSettings settings = sound_settings();
  settings.steps = 5;
  settings.probe.training.init = "normal(std=2)";
  const Counterfactual a = why(settings);
  const Counterfactual b = why(settings);
  EXPECT_EQ(a.conclusion, b.conclusion);
  ASSERT_EQ(a.factors.size(), b.factors.size());
  for (std::size_t i = 0; i < a.factors.size(); ++i) {
    EXPECT_EQ(a.factors[i].name, b.factors[i].name);
    for (std::size_t j = 0; j < a.factors[i].trials.size(); ++j) {
      EXPECT_EQ(a.factors[i].trials[j].effect.value, b.factors[i].trials[j].effect.value);
    }
  }
}

TEST(CounterfactualTest, AStopEndsIt) {
  use_one_thread();
  const CounterfactualSettings settings = sound_settings();
  std::stop_source source;
  std::int64_t reruns = 0;
  const Counterfactual result = counterfactual(
      settings, load_data_set(settings.probe.training.data, {}),
      [&](const CounterfactualMoment& moment) {
        reruns = moment.reruns;
        if (moment.done == 3) source.request_stop();
      },
      source.get_token());
  EXPECT_TRUE(result.interrupted);
  EXPECT_FALSE(result.cause);
  EXPECT_GT(reruns, 20);
}

TEST(RewriteTest, EveryActivationIsReplacedAndNothingElse) {
  const net::Graph graph = net::dense_network({4, 8, 8, 2}, net::parse_activation("relu"));
  const std::optional<net::Graph> changed = with_activation(graph, "tanh");
  ASSERT_TRUE(changed);
  ASSERT_EQ(changed->nodes().size(), graph.nodes().size());
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const net::Node& before = graph.nodes()[i];
    const net::Node& after = changed->nodes()[i];
    EXPECT_EQ(after.name, before.name);
    EXPECT_EQ(after.inputs, before.inputs);
    if (!before.op) continue;
    EXPECT_EQ(after.op->attributes(), before.op->kind() == "activation" ? "tanh" : before.op->attributes());
  }
  EXPECT_FALSE(with_activation(graph, "relu"));
}

TEST(RewriteTest, ANetworkWithoutANonlinearityGetsOne) {
  const net::Graph graph = net::dense_network({4, 8, 2}, net::parse_activation("linear"));
  EXPECT_EQ(first_activation(graph), "");
  const std::optional<net::Graph> changed = with_activation(graph, "relu");
  ASSERT_TRUE(changed);
  EXPECT_EQ(first_activation(*changed), "relu");
}

TEST(RewriteTest, ANormalizationStandsBeforeEveryActivationOnce) {
  const net::Graph graph = net::dense_network({4, 8, 8, 2}, net::parse_activation("relu"));
  const std::optional<net::Graph> changed = with_normalization(graph);
  ASSERT_TRUE(changed);
  for (const net::Node& node : changed->nodes()) {
    if (node.op && node.op->kind() == "activation") {
      EXPECT_EQ(changed->node(node.inputs.front()).op->kind(), "layer_norm");
    }
  }
  EXPECT_EQ(changed->nodes().size(), graph.nodes().size() + 2);
  EXPECT_FALSE(with_normalization(*changed));
}

}  // namespace
}  // namespace fanin::experiment
