#include "fanin/experiment/watch/monitor.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <variant>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/result_files.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

TrainSettings watched(TrainSettings settings, std::int64_t every = 4) {
  settings.watch = {.on = true, .every = every};
  return settings;
}

TEST(Watch, ChangesNoBitOfATraining) {
  const TestFolder folder;
  const DataSet data = small_data();
  int number = 0;
  for (const std::string_view net : {"2-8-2", "mlp(3, 16, norm=batch, dropout=0.2)"}) {
    for (const std::int64_t accumulate : {1, 3}) {
      for (const std::string_view clipping : {"none", "global_norm"}) {
        for (const std::int64_t chunks : {1, 4}) {
          SCOPED_TRACE(std::string(net) + ", " + std::to_string(accumulate) + " parts, " + std::string(clipping));
          TrainSettings settings = small_settings();
          settings.net = net;
          settings.accumulate = accumulate;
          settings.clipping = clipping;
          settings.clip_limit = 0.1;
          settings.chunks = chunks;
          settings.threads = chunks > 1 ? 2 : 1;
          settings.out = folder.path() / (std::to_string(++number) + "alone");
          train(settings, data, nullptr, {});
          TrainSettings same = watched(settings);
          same.out = folder.path() / (std::to_string(number) + "watched");
          train(same, data, nullptr, {});
          expect_same_training(settings.out, same.out);
        }
      }
    }
  }
}

TEST(Watch, ChangesNoBitOfAComparison) {
  const DataSet data = small_data();
  CompareSettings settings;
  settings.data = "spirals(points=80, test_points=24)";
  settings.net = "2-8-2";
  settings.inits = {"zeros", "he_normal"};
  settings.batch_size = 13;
  settings.epochs = 2;
  settings.seeds = 2;
  const CompareResult alone = compare(settings, data, nullptr, {});
  settings.watch = {.on = true, .every = 3};
  const CompareResult seen = compare(settings, data, nullptr, {});
  ASSERT_EQ(seen.runs.size(), alone.runs.size());
  for (std::size_t i = 0; i < alone.runs.size(); ++i) {
    EXPECT_FALSE(alone.runs[i].diagnosis);
    ASSERT_TRUE(seen.runs[i].diagnosis) << seen.runs[i].init;
    EXPECT_EQ(seen.runs[i].step_zero.loss, alone.runs[i].step_zero.loss);
    for (std::size_t e = 0; e < alone.runs[i].epochs.size(); ++e) {
      EXPECT_EQ(seen.runs[i].epochs[e].train_loss, alone.runs[i].epochs[e].train_loss);
      EXPECT_EQ(seen.runs[i].epochs[e].test_loss, alone.runs[i].epochs[e].test_loss);
    }
  }
  EXPECT_THAT(to_json(seen), HasSubstr("\"verdict\""));
  EXPECT_EQ(to_json(alone).find("\"verdict\""), std::string::npos);
}

TEST(Watch, ZerosAreFoundToBeSymmetric) {
  const DataSet data = small_data();
  TrainSettings settings = watched(small_settings(), 1);
  settings.init = "zeros";
  const TrainResult result = train(settings, data, nullptr, {});
  ASSERT_TRUE(result.diagnosis);
  EXPECT_EQ(result.diagnosis->verdict, observe::Verdict::unhealthy) << result.diagnosis->reason;
  EXPECT_EQ(result.diagnosis->findings.front().problem, observe::Problem::symmetric_units);
  EXPECT_FALSE(result.non_finite);
  EXPECT_THAT(to_json(result), HasSubstr("symmetric_units"));
}

TEST(Watch, ADivergingTrainingNamesTheFirstTensorAndHowItGrew) {
  const DataSet data = small_data();
  TrainSettings settings = watched(small_settings(), 1000);
  settings.net = "2-8-8-2";
  settings.activation = "leaky_relu";
  settings.optimizer = "sgd";
  settings.learning_rate = 1e5;
  const TrainResult result = train(settings, data, nullptr, {});
  ASSERT_EQ(result.status, TrainStatus::diverged);
  ASSERT_TRUE(result.non_finite);
  const observe::NonFinite& found = *result.non_finite;
  EXPECT_EQ(found.step + 1, result.diverged_at_step);
  EXPECT_FALSE(found.name.empty());
  EXPECT_GE(found.element, 0) << found.name << " " << found.tensor;
  ASSERT_EQ(static_cast<std::int64_t>(found.growth.size()), std::min<std::int64_t>(8, found.step));
  EXPECT_TRUE(std::isfinite(found.growth.back()));
  if (found.growth.size() > 1) {
    EXPECT_GT(found.growth.back(), found.growth.front());
  }
}

TEST(Watch, AnInputThatIsNotFiniteIsFoundBeforeWhatItDoes) {
  DataSet data = small_data();
  std::get<std::vector<float>>(data.train.values)[81] = std::numeric_limits<float>::infinity();
  TrainSettings settings = watched(small_settings(), 1000);
  const TrainResult result = train(settings, data, nullptr, {});
  ASSERT_TRUE(result.non_finite);
  EXPECT_EQ(result.non_finite->tensor, "output");
  EXPECT_EQ(result.non_finite->element % 2, 1) << "the second feature of its row";
  EXPECT_THAT(result.non_finite->name, HasSubstr("in"));
}

TEST(Watch, EveryStepAndEveryRecordIsInTheTraceFile) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = watched(small_settings(), 5);
  settings.watch.trace = folder.path() / "run.jsonl";
  const TrainResult result = train(settings, data, nullptr, {});
  const TraceFile file = read_trace(settings.watch.trace);
  ASSERT_EQ(static_cast<std::int64_t>(file.trace.steps.size()), result.steps);
  const std::int64_t last = file.trace.steps.back().step;
  for (const observe::TraceStep& step : file.trace.steps) {
    EXPECT_EQ(step.full(), step.step % 5 == 0 || step.step == last) << step.step;
    const std::int64_t part = step.step / 5;
    const bool tells = step.step % 5 == 0 && (part & (part - 1)) == 0;
    EXPECT_EQ(step.tells_of_units(), tells || step.step == last) << step.step;
    EXPECT_TRUE(std::isfinite(step.gradient_norm));
    EXPECT_GT(step.gradient_norm, 0);
  }
  EXPECT_EQ(file.trace.ended, "finished");
  EXPECT_EQ(file.trace.optimizer, "adam");
  const observe::ParameterRecord& weight = file.trace.steps.front().parameters.front();
  EXPECT_EQ(weight.value.count, 16);
  EXPECT_GT(weight.update_norm, 0);
  const observe::Diagnosis again = observe::diagnose(file.trace);
  EXPECT_EQ(again.verdict, result.diagnosis->verdict);
}

TEST(Watch, AComparisonWritesATraceOfEachRun) {
  const TestFolder folder;
  CompareSettings settings;
  settings.data = "spirals(points=80, test_points=24)";
  settings.net = "2-8-2";
  settings.inits = {"zeros", "normal(std=0.1)"};
  settings.batch_size = 20;
  settings.epochs = 2;
  settings.seeds = 2;
  settings.watch = {.on = true, .every = 3, .trace = folder.path()};
  const CompareResult result = compare(settings, small_data(), nullptr, {});
  for (const RunResult& run : result.runs) {
    const TraceFile file = read_trace(folder.path() / (run.init + "-seed" + std::to_string(run.seed) + ".jsonl"));
    EXPECT_EQ(file.trace.init, run.init);
    EXPECT_EQ(file.trace.steps.front().loss, run.step_zero.loss);
    EXPECT_EQ(file.trace.ended, "finished");
  }
}

// The gradient norm of every step is that of a plan that shows its gradients.
TEST(Watch, GradientNormsAreThoseOfAllGradients) {
  const DataSet data = small_data();
  TrainSettings settings = watched(small_settings(), 1);
  settings.clipping = "global_norm";
  settings.clip_limit = 1e-3;
  const TestFolder folder;
  settings.watch.trace = folder.path() / "run.jsonl";
  const TrainResult result = train(settings, data, nullptr, {});
  double largest = 0;
  const TraceFile file = read_trace(settings.watch.trace);
  for (const observe::TraceStep& step : file.trace.steps) {
    double squares = 0;
    for (const observe::ParameterRecord& parameter : step.parameters) {
      squares += parameter.gradient.norm() * parameter.gradient.norm();
    }
    EXPECT_NEAR(step.gradient_norm, std::sqrt(squares), 1e-5 * step.gradient_norm);
    EXPECT_TRUE(step.clipped);
    largest = std::max(largest, step.gradient_norm);
  }
  EXPECT_NEAR(largest, result.epochs[0].largest_gradient_norm, 0.5 * largest);
}

TEST(Watch, ImpossibleSettingsAreNamed) {
  const DataSet data = small_data();
  TrainSettings settings = watched(small_settings(), 0);
  EXPECT_THAT(refusal([&] { train(settings, data, nullptr, {}); }), HasSubstr("--watch-every"));
  settings = small_settings();
  settings.watch.trace = "x.jsonl";
  EXPECT_THAT(refusal([&] { train(settings, data, nullptr, {}); }), HasSubstr("add --watch"));
}

TEST(Watch, AResumedTrainingIsWatchedFromWhereItGoesOn) {
  const TestFolder folder;
  const DataSet data = small_data();
  TrainSettings settings = watched(small_settings());
  settings.out = folder.path() / "parts";
  train_in_two(settings, data, 6);
  TrainSettings whole = small_settings();
  whole.out = folder.path() / "whole";
  train(whole, data, nullptr, {});
  expect_same_training(whole.out, settings.out);
}

}  // namespace
}  // namespace fanin::experiment
