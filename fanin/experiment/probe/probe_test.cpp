#include "fanin/experiment/probe/probe.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/experiment/training/small_for_test.hpp"
#include "fanin/net/shorthand.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ProbeSettings small_probe(std::int64_t steps) { return {.training = small_settings(), .steps = steps}; }

std::vector<std::int64_t> full_steps(const observe::Trace& trace) {
  std::vector<std::int64_t> steps;
  for (const observe::TraceStep& step : trace.steps) {
    if (step.full()) steps.push_back(step.step);
  }
  return steps;
}

TEST(Probe, DescribesNetworkTrainingAndData) {
  const observe::Trace trace = probe(small_probe(7), small_data(), {}, {});
  EXPECT_EQ(trace.origin, "fanin");
  ASSERT_TRUE(trace.graph.has_value());
  EXPECT_EQ(trace.nodes.size(), trace.graph->nodes().size());
  EXPECT_EQ(trace.init, "he_normal");
  EXPECT_EQ(trace.optimizer, "adam");
  EXPECT_EQ(trace.learning_rate, 1e-3);
  EXPECT_EQ(trace.loss, "softmax_cross_entropy");
  EXPECT_EQ(trace.outputs, 2);
  EXPECT_EQ(trace.batch_rows, 13);
  EXPECT_EQ(trace.clipping, "");
  EXPECT_EQ(trace.data.rows, 64);
  EXPECT_EQ(trace.output_means.size(), 2U);
  EXPECT_EQ(trace.ended, "finished");
  EXPECT_EQ(trace.steps.size(), 7U);
}

TEST(Probe, RecordsSomeStepsInFullAndAllInShort) {
  EXPECT_THAT(full_steps(probe(small_probe(15), small_data(), {}, {})), ElementsAre(0, 1, 3, 10, 14));
  ProbeSettings settings = small_probe(8);
  settings.full_every = 3;
  const observe::Trace trace = probe(settings, small_data(), {}, {});
  EXPECT_THAT(full_steps(trace), ElementsAre(0, 3, 6, 7));
  for (const observe::TraceStep& step : trace.steps) {
    EXPECT_TRUE(std::isfinite(step.loss));
    EXPECT_GT(step.gradient_norm, 0);
    EXPECT_EQ(step.learning_rate, 1e-3);
    EXPECT_EQ(step.non_finite, 0);
    if (!step.full()) continue;
    EXPECT_GT(step.parameters[0].update_norm, 0);
    EXPECT_GT(step.nodes[1].gradient.count, 0);
  }
  const observe::ParameterRecord& first = trace.steps[0].parameters[0];
  EXPECT_GT(first.gradient_noise, 0);
  EXPECT_GT(first.signal_to_noise, 0);
  EXPECT_GT(first.largest_singular_value, 0);
}

// The strongest statement about watching: the probe takes the training's steps.
TEST(Probe, TakesTheStepsOfTheTrainingToTheBit) {
  for (const std::int64_t accumulate : {1, 3}) {
    TrainSettings settings = small_settings();
    settings.accumulate = accumulate;
    settings.clipping = "global_norm";
    settings.clip_limit = 0.5;
    settings.learning_rate_for = "layer2=0.5x";
    settings.epochs = 2;
    const TrainResult trained = train(settings, small_data(), nullptr, {});
    const observe::Trace trace = probe({.training = settings, .steps = 1000}, small_data(), {}, {});
    ASSERT_EQ(trace.steps.size(), 10U);  // as many as the training has
    for (std::size_t epoch = 0; epoch < 2; ++epoch) {
      double loss = 0;
      for (std::size_t step = 0; step < 5; ++step) loss += trace.steps[5 * epoch + step].loss * (step < 4 ? 13 : 12);
      EXPECT_NEAR(loss / 64, trained.epochs[epoch].train_loss, 1e-13);
    }
    EXPECT_EQ(trace.parameters[2].learning_rate_factor, 0.5);
  }
}

TEST(Probe, GivesTheSameNumbersEachTime) {
  const observe::Trace a = probe(small_probe(6), small_data(), {}, {});
  ProbeSettings full = small_probe(6);
  full.full_every = 1;
  const observe::Trace b = probe(full, small_data(), {}, {});
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(a.steps[i].loss, b.steps[i].loss);
    EXPECT_EQ(a.steps[i].gradient_norm, b.steps[i].gradient_norm);
  }
}

TEST(Probe, LooksAtTheStartAloneWithoutSteps) {
  const observe::Trace trace = probe(small_probe(0), small_data(), {}, {});
  ASSERT_EQ(trace.steps.size(), 1U);
  EXPECT_TRUE(trace.steps[0].full());
  EXPECT_TRUE(std::isnan(trace.steps[0].parameters[0].update_norm));
  EXPECT_EQ(trace.steps[0].loss, probe(small_probe(2), small_data(), {}, {}).steps[0].loss);
}

TEST(Probe, EndsAtDivergenceWithTheFirstValueThatIsNotFinite) {
  ProbeSettings settings = small_probe(200);
  settings.training.epochs = 100;
  settings.training.activation = "linear";
  settings.training.optimizer = "sgd";
  settings.training.learning_rate = 1e12;
  const observe::Trace trace = probe(settings, small_data(), {}, {});
  EXPECT_EQ(trace.ended, "diverged");
  ASSERT_TRUE(trace.non_finite.has_value());
  EXPECT_LT(trace.steps.size(), 50U);
  EXPECT_GT(trace.non_finite->step, 0);
  EXPECT_FALSE(trace.non_finite->name.empty());
  EXPECT_GE(trace.non_finite->element, 0);
  ASSERT_FALSE(trace.non_finite->growth.empty());
  EXPECT_GT(trace.non_finite->growth.back(), trace.non_finite->growth.front());
}

TEST(Probe, StopsWhenAskedAndLeavesAWholeTrace) {
  std::stop_source source;
  const observe::Trace trace = probe(
      small_probe(10), small_data(),
      [&](const ProbeMoment& moment) {
        if (moment.step == 4) source.request_stop();
      },
      source.get_token());
  EXPECT_EQ(trace.ended, "interrupted");
  EXPECT_EQ(trace.steps.size(), 4U);
}

TEST(Probe, ReadsWeightsFromATrainingsFile) {
  const TestFolder folder;
  TrainSettings settings = small_settings();
  settings.epochs = 1;
  settings.out = folder.path();
  train(settings, small_data(), nullptr, {});
  ProbeSettings probed = small_probe(0);
  probed.weights = folder.path() / "last.safetensors";
  const observe::Trace trace = probe(probed, small_data(), {}, {});
  EXPECT_EQ(trace.init, "");
  EXPECT_NE(trace.steps[0].loss, probe(small_probe(0), small_data(), {}, {}).steps[0].loss);
  // The five steps of the epoch and the start of the next: the probe of the same training sees those weights.
  const observe::Trace whole = probe(small_probe(6), small_data(), {}, {});
  EXPECT_EQ(trace.steps[0].parameters[0].value.mean, whole.steps[5].parameters[0].value.mean);
  probed.training.net = "2-9-2";
  EXPECT_THAT(refusal([&] { probe(probed, small_data(), {}, {}); }), HasSubstr("[9, 2]"));
}

TEST(Probe, MeasuresTheJacobianBetweenHiddenLayers) {
  ProbeSettings settings = small_probe(1);
  settings.training.net = "2-32-32-32-2";
  settings.training.activation = "linear";
  settings.training.init = "orthogonal";
  const observe::Trace trace = probe(settings, small_data(), {}, {});
  ASSERT_TRUE(trace.jacobian.has_value());
  EXPECT_NEAR(trace.jacobian->largest, 1, 0.01);
}

TEST(DefaultProbeSteps, FollowTheCostOfAStep) {
  const net::Graph small = net::dense_network({784, 256, 128, 10}, net::parse_activation("relu"));
  EXPECT_EQ(default_probe_steps(small, 64), 100);
  EXPECT_EQ(default_probe_steps(small, 1 << 20), 10);
}

TEST(Probe, RefusesAnImpossibleNumberOfSteps) {
  EXPECT_THAT(refusal([] { probe(small_probe(-1), small_data(), {}, {}); }), HasSubstr("--steps"));
}

}  // namespace
}  // namespace fanin::experiment
