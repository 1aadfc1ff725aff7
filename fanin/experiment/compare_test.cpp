#include "fanin/experiment/compare.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <regex>
#include <stdexcept>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/experiment/network.hpp"
#include "fanin/experiment/result_files.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

CompareSettings small_settings() {
  CompareSettings settings;
  settings.data = "spirals(points=200, test_points=100)";
  settings.net = "2-16-8-2";
  settings.inits = {"zeros", "normal(std=0.01)", "glorot_uniform", "he_uniform"};
  settings.learning_rate = 1e-2;
  settings.batch_size = 32;  // six batches and one of eight rows
  settings.epochs = 4;
  settings.seeds = 2;
  settings.workers = 2;
  return settings;
}

CompareResult run(const CompareSettings& settings, CompareObserver* observer = nullptr, std::stop_token stop = {}) {
  return compare(settings, load_data_set(settings.data, settings.data_options), observer, std::move(stop));
}

// The result file without what may differ: times and the number of workers.
std::string repeatable(const CompareResult& result) {
  return std::regex_replace(to_json(result), std::regex("\"(seconds|workers)\": [^\n]*"), "");
}

// Does nothing; a test overrides what it needs.
class QuietObserver : public CompareObserver {
 public:
  void started(const CompareSettings&, const DataSet&, std::int64_t, std::span<const RunResult>,
               std::span<const RunProgress>) override {}
  void epoch_finished(const RunResult&, std::size_t, const EpochRecord&) override {}
  void run_finished(const RunResult&, std::size_t) override {}
  void ended() noexcept override {}
};

TEST(Compare, ResultsAreTheSameBitsForAnyNumberOfWorkersAndEveryRepeat) {
  CompareSettings settings = small_settings();
  settings.workers = 1;
  const std::string one = repeatable(run(settings));
  EXPECT_EQ(repeatable(run(settings)), one);
  for (const int workers : {2, 3, 20}) {
    settings.workers = workers;
    EXPECT_EQ(repeatable(run(settings)), one) << workers << " workers";
  }
  settings.first_seed = 5;
  EXPECT_NE(repeatable(run(settings)), one);
}

TEST(Compare, TheExampleOfTheHeaderRuns) {
  CompareSettings settings;
  settings.data = "spirals";
  settings.epochs = 2;
  const DataSet data = load_data_set(settings.data, settings.data_options);
  const CompareResult result = compare(settings, data, nullptr, {});
  EXPECT_EQ(result.runs.size(), 12U);
  EXPECT_THAT(to_json(result), HasSubstr("\"net\": \"2-256-128-2\""));
}

// The loop anybody would write, with the engine's and the streams' public calls only.
TEST(Compare, ARunIsThePlainTrainingLoop) {
  CompareSettings settings = small_settings();
  settings.inits = {"he_uniform"};
  settings.seeds = 1;
  settings.first_seed = 9;
  settings.data_options.validation_fraction = 0.1;
  const DataSet data = load_data_set(settings.data, settings.data_options);
  const CompareResult result = compare(settings, data, nullptr, {});
  ASSERT_EQ(result.runs.size(), 1U);
  ASSERT_EQ(result.runs[0].epochs.size(), 4U);

  use_one_thread();
  const net::Graph graph = network_of(result.settings, data);
  engine::Plan plan(graph, {.batch_size = 100, .optimizer = optimizer_of(result.settings)});
  init::initialize(graph, init::parse_initializer("he_uniform"), 9,
                   [&](const net::ParameterSpec& p, std::span<const float> v) { plan.set_parameter(p.name, v); });
  const auto load = [&](const Samples& part, std::span<const std::uint32_t> rows) {
    gather_inputs(part, data.scaling, rows, plan.input());
    gather_labels(part, rows, plan.labels());
    return static_cast<std::int64_t>(rows.size());
  };
  const std::vector<std::uint32_t> all = [] {
    std::vector<std::uint32_t> rows(100);
    for (std::uint32_t i = 0; i < 100; ++i) rows[i] = i;
    return rows;
  }();
  for (std::size_t epoch = 1; epoch <= 4; ++epoch) {
    const auto order = random::permutation(random::Stream(9, "shuffle/epoch/" + std::to_string(epoch)), 180);
    double loss = 0;
    double correct = 0;
    for (std::size_t at = 0; at < 180; at += 32) {
      const auto batch =
          plan.train_step(load(data.train, std::span(order).subspan(at, std::min<std::size_t>(32, 180 - at))));
      loss += batch.loss_sum;
      correct += static_cast<double>(batch.correct);
    }
    const EpochRecord& record = result.runs[0].epochs[epoch - 1];
    EXPECT_EQ(record.train_loss, loss / 180);
    EXPECT_EQ(record.train_accuracy, correct / 180);
    const auto test = plan.evaluate(load(data.test, all));
    EXPECT_NEAR(record.test_loss, test.loss_sum / 100, 1e-6);
    EXPECT_EQ(record.test_accuracy, static_cast<double>(test.correct) / 100);
    const auto validation = plan.evaluate(load(data.validation, std::span(all).first(20)));
    EXPECT_NEAR(record.validation_loss, validation.loss_sum / 20, 1e-6);
    EXPECT_EQ(record.validation_accuracy, static_cast<double>(validation.correct) / 20);
  }
}

// Two texts for the same initial values: equal results in every seed mean equal data in equal order.
TEST(Compare, EveryInitializationOfASeedSeesTheSameDataInTheSameOrder) {
  CompareSettings settings = small_settings();
  settings.inits = {"zeros", "constant(0)"};
  settings.seeds = 3;
  const CompareResult result = run(settings);
  for (std::size_t seed = 0; seed < 3; ++seed) {
    const RunResult& zeros = result.runs[2 * seed];
    const RunResult& constant = result.runs[2 * seed + 1];
    EXPECT_EQ(zeros.seed, constant.seed);
    EXPECT_NE(zeros.init, constant.init);
    for (std::size_t epoch = 0; epoch < 4; ++epoch) {
      EXPECT_EQ(zeros.epochs[epoch].train_loss, constant.epochs[epoch].train_loss);
      EXPECT_EQ(zeros.epochs[epoch].test_loss, constant.epochs[epoch].test_loss);
    }
  }
  EXPECT_NE(result.runs[0].epochs[0].train_loss, result.runs[2].epochs[0].train_loss);  // another seed, another order
}

TEST(Compare, ZeroInitializationStaysAtChanceAndTheRemarkSaysWhy) {
  CompareSettings settings = small_settings();
  settings.data = "spirals(points=400, test_points=200, turns=0.5)";
  settings.epochs = 30;
  const CompareResult result = run(settings);
  ASSERT_EQ(result.summary.size(), 4U);
  EXPECT_EQ(result.chance_accuracy, 0.5);
  EXPECT_EQ(result.summary[0].test_accuracy_mean, 0.5);
  EXPECT_EQ(result.summary[0].first_gradient_norm, 0);
  EXPECT_THAT(result.summary[0].remark, HasSubstr("zero"));
  EXPECT_GT(result.summary[3].test_accuracy_mean, 0.9);
  EXPECT_GT(result.summary[3].first_gradient_norm, 0);
  EXPECT_EQ(result.chosen_by, "test accuracy");
}

TEST(Compare, StepZeroHoldsTheGradientsOfTheFirstBatch) {
  CompareSettings settings = small_settings();
  settings.inits = {"he_uniform"};
  settings.seeds = 1;
  const DataSet data = load_data_set(settings.data, {});
  const CompareResult result = compare(settings, data, nullptr, {});
  const StepZero& step_zero = result.runs[0].step_zero;
  ASSERT_EQ(step_zero.layers.size(), 3U);

  use_one_thread();
  const net::Graph graph = network_of(result.settings, data);
  engine::Plan plan(graph, {.batch_size = 32, .optimizer = optimizer_of(result.settings)});
  init::initialize(graph, init::parse_initializer("he_uniform"), 1,
                   [&](const net::ParameterSpec& p, std::span<const float> v) { plan.set_parameter(p.name, v); });
  const auto order = random::permutation(random::Stream(1, "shuffle/epoch/1"), 200);
  gather_inputs(data.train, data.scaling, std::span(order).first(32), plan.input());
  gather_labels(data.train, std::span(order).first(32), plan.labels());
  EXPECT_EQ(step_zero.loss, plan.gradients(32).loss_sum / 32);
  for (std::size_t layer = 0; layer < 3; ++layer) {
    double squares = 0;
    for (const float g : plan.gradient("layer" + std::to_string(layer + 1) + ".weight")) {
      squares += static_cast<double>(g) * static_cast<double>(g);
    }
    EXPECT_NEAR(step_zero.layers[layer].gradient_norm, std::sqrt(squares), 1e-6 * std::sqrt(squares));
  }
}

TEST(Compare, ARunThatDivergesIsReportedWithItsStepAndTheOthersGoOn) {
  CompareSettings settings = small_settings();
  settings.optimizer = "sgd";
  settings.learning_rate = 1e20;
  const CompareResult result = run(settings);
  EXPECT_FALSE(result.interrupted);
  for (const RunResult& r : result.runs) {
    if (r.init == "zeros") {
      EXPECT_EQ(r.status, RunStatus::finished);  // only its last biases move, by large finite steps
      EXPECT_EQ(r.epochs.size(), 4U);
    } else if (r.init == "he_uniform") {
      EXPECT_EQ(r.status, RunStatus::diverged);
      EXPECT_GE(r.diverged_at_step, 2);  // the first loss is measured before any step
      EXPECT_LE(r.diverged_at_step, 7);
      EXPECT_TRUE(r.epochs.empty());
    }
  }
  const InitSummary& he = result.summary[3];
  EXPECT_EQ(he.diverged, 2);
  EXPECT_EQ(he.seeds, 0);
  EXPECT_TRUE(std::isnan(he.test_accuracy_mean));
  EXPECT_THAT(he.remark, HasSubstr("diverged at step"));
  EXPECT_TRUE(result.summary[0].is_best);
  EXPECT_THAT(to_json(result), HasSubstr("\"test_accuracy_mean\": null"));
  EXPECT_THAT(to_json(result), ::testing::Not(HasSubstr("nan")));
}

TEST(Compare, AStopKeepsTheFinishedEpochsAndInterruptsTheRest) {
  class StopAfterThreeEpochs final : public QuietObserver {
   public:
    std::stop_source source;
    int epochs = 0;
    void epoch_finished(const RunResult&, std::size_t, const EpochRecord&) override {
      if (++epochs == 3) source.request_stop();
    }
  } observer;
  CompareSettings settings = small_settings();
  settings.workers = 1;
  const CompareResult result = run(settings, &observer, observer.source.get_token());
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.runs[1].epochs.size(), 3U);
  for (const RunResult& r : result.runs) EXPECT_EQ(r.status, RunStatus::interrupted);
  EXPECT_TRUE(result.runs[2].epochs.empty());
  ASSERT_EQ(result.summary.size(), 4U);
  EXPECT_EQ(result.summary[0].seeds, 0);
  EXPECT_THAT(result.summary[1].remark, HasSubstr("interrupted after epoch 3 at test accuracy "));
  EXPECT_EQ(result.summary[2].remark, "interrupted before its first step");
  EXPECT_THAT(to_json(result), HasSubstr("\"interrupted\": true"));
}

TEST(Compare, RunsAreTakenBySeedWithConstantStartsLast) {
  class Order final : public QuietObserver {
   public:
    std::vector<std::size_t> order;
    void run_finished(const RunResult&, std::size_t index) override { order.push_back(index); }
  } observer;
  CompareSettings settings = small_settings();
  settings.inits = {"zeros", "he_normal", "glorot_normal"};
  settings.epochs = 1;
  settings.workers = 1;
  run(settings, &observer);
  EXPECT_THAT(observer.order, ::testing::ElementsAre(1, 2, 4, 5, 0, 3));
}

TEST(Compare, AStopBeforeTheStartGivesAnEmptyValidResult) {
  std::stop_source source;
  source.request_stop();
  const CompareResult result = run(small_settings(), nullptr, source.get_token());
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.runs.size(), 8U);
  EXPECT_EQ(result.summary.size(), 4U);
  EXPECT_EQ(to_csv(result).find('\n'), to_csv(result).size() - 1);  // the header alone
}

TEST(Compare, AnExceptionInAWorkerStopsAllAndArrives) {
  class Thrower final : public QuietObserver {
   public:
    std::atomic<int> finished{0};
    void epoch_finished(const RunResult&, std::size_t, const EpochRecord&) override {
      throw std::runtime_error("no more");
    }
    void run_finished(const RunResult&, std::size_t) override { ++finished; }
    void ended() noexcept override { ++ends; }
    int ends = 0;
  } observer;
  CompareSettings settings = small_settings();
  settings.epochs = 1000;
  EXPECT_THROW(run(settings, &observer), std::runtime_error);
  EXPECT_EQ(observer.ends, 1);
  EXPECT_LE(observer.finished, 1);  // at most the other worker's run, cut short
}

TEST(Compare, TheObserverSeesEveryEpochAndTheCountersReachTheirEnd) {
  class Counter final : public QuietObserver {
   public:
    std::int64_t steps = 0;
    std::size_t runs = 0;
    int epochs = 0;
    int finished = 0;
    std::span<const RunProgress> progress;
    std::vector<int> states_at_the_end;
    void ended() noexcept override {
      for (const RunProgress& counters : progress) states_at_the_end.push_back(counters.state);
    }
    void started(const CompareSettings& settings, const DataSet&, std::int64_t steps_per_run,
                 std::span<const RunResult> planned, std::span<const RunProgress> counters) override {
      EXPECT_EQ(settings.optimizer, "adam");
      steps = steps_per_run;
      runs = planned.size();
      progress = counters;
    }
    void epoch_finished(const RunResult& run, std::size_t index, const EpochRecord& epoch) override {
      EXPECT_EQ(run.epochs.back().epoch, epoch.epoch);
      EXPECT_EQ(progress[index].epoch.load(), epoch.epoch);
      EXPECT_NEAR(progress[index].loss.load(), epoch.train_loss, 1e-12);
      EXPECT_EQ(progress[index].state.load(), 1);
      ++epochs;
    }
    void run_finished(const RunResult& run, std::size_t index) override {
      EXPECT_EQ(run.status, RunStatus::finished);
      EXPECT_EQ(progress[index].steps_done.load(), steps);
      EXPECT_EQ(progress[index].state.load(), 2);
      EXPECT_GE(progress[index].worker.load(), 0);
      EXPECT_LT(progress[index].worker.load(), 2);
      ++finished;
    }
  } observer;
  run(small_settings(), &observer);
  EXPECT_EQ(observer.steps, 4 * 7);
  EXPECT_EQ(observer.runs, 8U);
  EXPECT_EQ(observer.epochs, 32);
  EXPECT_EQ(observer.finished, 8);
  EXPECT_EQ(observer.states_at_the_end, std::vector<int>(8, 2));
}

TEST(Compare, RegressionLearnsTheTeacherAndReportsLossesOnly) {
  CompareSettings settings = small_settings();
  settings.data = "teacher(inputs=5, hidden=8, outputs=2, points=500, test_points=100)";
  settings.net = "5-32-2";
  settings.activation = "tanh";
  settings.inits = {"zeros", "glorot_uniform"};
  settings.epochs = 20;
  settings.data_options.validation_fraction = 0.2;
  const CompareResult result = run(settings);
  EXPECT_TRUE(result.regression);
  EXPECT_EQ(result.chosen_by, "validation loss");
  EXPECT_TRUE(std::isnan(result.chance_accuracy));
  const InitSummary& glorot = result.summary[1];
  EXPECT_TRUE(glorot.is_best);
  EXPECT_TRUE(std::isnan(glorot.test_accuracy_mean));
  EXPECT_LT(glorot.test_loss_mean, 0.3 * result.summary[0].test_loss_mean);
  EXPECT_LT(result.summary[0].difference_mean, 0);  // best minus this, of losses
}

TEST(Compare, AOneRowLastBatchAndABatchOfAllRowsBothTrain) {
  CompareSettings settings = small_settings();
  settings.inits = {"he_uniform"};
  settings.seeds = 1;
  for (const std::int64_t batch : {199, 200, 1}) {
    settings.batch_size = batch;
    EXPECT_EQ(run(settings).runs[0].status, RunStatus::finished) << batch;
  }
}

}  // namespace
}  // namespace fanin::experiment
