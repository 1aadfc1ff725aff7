#include "fanin/report/progress_model.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace fanin::report {
namespace {

using experiment::CompareSettings;
using experiment::DataSet;
using experiment::RunProgress;
using experiment::RunResult;

TEST(RateMeter, ASteadyCounterHasItsRateAtOnceAndForEver) {
  RateMeter meter(5);
  EXPECT_EQ(meter.per_second(), 0);
  for (int i = 0; i <= 1000; ++i) {
    meter.update(0.1 * i, 30.0 * i);
    if (i > 0) {
      EXPECT_NEAR(meter.per_second(), 300, 1e-6);
    }
  }
}

TEST(RateMeter, ANewRateReplacesTheOldWithItsMemory) {
  RateMeter meter(5);
  double count = 0;
  double now = 0;
  const auto run = [&](double rate, double seconds) {
    for (int i = 0; i < static_cast<int>(seconds * 10 + 0.5); ++i) {
      now += 0.1;
      count += 0.1 * rate;
      meter.update(now, count);
    }
  };
  meter.update(0, 0);
  run(100, 100);
  run(400, 5);
  EXPECT_NEAR(meter.per_second(), 400 - 300 * std::exp(-1.0), 5);  // one memory later: 1/e of the old is left
  run(400, 50);
  EXPECT_NEAR(meter.per_second(), 400, 0.1);
}

TEST(RateMeter, TimeThatStandsStillChangesNothing) {
  RateMeter meter(5);
  meter.update(1, 0);
  meter.update(1, 100);
  EXPECT_EQ(meter.per_second(), 0);
}

TEST(Makespan, WaitingRunsStartWhereverAWorkerIsFree) {
  const std::array<double, 2> running{4, 1};
  EXPECT_EQ(makespan(running, {}, 2), 4);
  EXPECT_EQ(makespan(running, std::array<double, 1>{10}, 2), 11);
  EXPECT_EQ(makespan(running, std::array<double, 2>{10, 10}, 2), 14);  // the end, not the sum divided by two
  EXPECT_EQ(makespan({}, std::array<double, 3>{2, 2, 2}, 1), 6);
  EXPECT_EQ(makespan({}, {}, 2), 0);
}

class ProgressModelTest : public ::testing::Test {
 protected:
  ProgressModelTest() {
    settings_.epochs = 10;
    settings_.workers = 2;
    data_.train.count = 6400;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      runs_[i].init = "init" + std::to_string(i);
      runs_[i].seed = i;
    }
  }
  ProgressModel model() { return {settings_, data_, 1000, runs_, counters_}; }  // 64 rows a step
  void run(std::size_t index, int worker, std::int64_t steps) {
    counters_[index].state = 1;
    counters_[index].worker = worker;
    counters_[index].steps_done = steps;
  }

  CompareSettings settings_;
  DataSet data_;
  std::array<RunResult, 4> runs_;
  std::array<RunProgress, 4> counters_;
};

TEST_F(ProgressModelTest, NothingIsKnownBeforeAnythingRuns) {
  ProgressModel progress = model();
  const ProgressSnapshot snapshot = progress.look(0);
  EXPECT_EQ(snapshot.runs_total, 4U);
  EXPECT_EQ(snapshot.fraction, 0);
  EXPECT_TRUE(snapshot.running.empty());
  EXPECT_TRUE(std::isnan(snapshot.seconds_left));
}

TEST_F(ProgressModelTest, RatesAndRemainingTimesFollowTheCounters) {
  ProgressModel progress = model();
  run(0, 1, 0);
  run(1, 0, 0);
  progress.look(0);
  run(0, 1, 100);
  run(1, 0, 200);
  counters_[0].epoch = 2;
  counters_[0].loss = 0.5;
  counters_[0].accuracy = 0.8;
  const ProgressSnapshot snapshot = progress.look(1);
  ASSERT_EQ(snapshot.running.size(), 2U);
  EXPECT_EQ(snapshot.running[0].init, "init1");  // by worker, so that a line stays in its place
  const RunningLine& line = snapshot.running[1];
  EXPECT_EQ(line.epoch, 2);
  EXPECT_EQ(line.loss, 0.5);
  EXPECT_EQ(line.accuracy, 0.8);
  EXPECT_DOUBLE_EQ(line.fraction, 0.1);
  EXPECT_NEAR(line.samples_per_second, 6400, 1e-9);
  EXPECT_NEAR(line.seconds_left, 9, 1e-9);
  EXPECT_NEAR(snapshot.samples_per_second, 19200, 1e-9);
  EXPECT_NEAR(snapshot.fraction, 0.075, 1e-12);
  // A worker makes 150 steps a second, so the waiting runs take 6.67 s each: one starts after 4 s,
  // the other after 9 s.
  EXPECT_NEAR(snapshot.seconds_left, 9 + 1000 / 150.0, 1e-9);
}

TEST_F(ProgressModelTest, ARunThatDivergedHasNothingLeft) {
  ProgressModel progress = model();
  for (RunProgress& counter : counters_) counter.state = 2;
  counters_[2].steps_done = 10;
  const ProgressSnapshot snapshot = progress.look(3);
  EXPECT_EQ(snapshot.runs_done, 4U);
  EXPECT_EQ(snapshot.fraction, 1);
  EXPECT_EQ(snapshot.seconds_left, 0);
}

TEST_F(ProgressModelTest, RegressionHasNoAccuracy) {
  data_.loss = net::Loss::mean_squared_error;
  ProgressModel progress = model();
  run(0, 0, 5);
  EXPECT_TRUE(std::isnan(progress.look(0).running.at(0).accuracy));
}

}  // namespace
}  // namespace fanin::report
