#include "fanin/experiment/store/stored_results.hpp"

#include <gtest/gtest.h>

namespace fanin::experiment {
namespace {

TrainResult interrupted_after(std::int64_t steps) {
  TrainResult result;
  result.status = TrainStatus::interrupted;
  result.steps = steps;
  result.diagnosis.emplace().verdict = observe::Verdict::healthy;
  return result;
}

TEST(StoredResults, ARunThatEndedBeforeItsFirstStepHasNoVerdict) {
  EXPECT_EQ(stored_run(interrupted_after(0)).status, StoredStatus::interrupted);
  EXPECT_EQ(stored_run(interrupted_after(0)).verdict, "");
  EXPECT_EQ(stored_run(interrupted_after(10)).verdict, "healthy");
}

TEST(StoredResults, ARunOfComparisonHasAVerdictFromItsFirstEpochOn) {
  RunResult run;
  run.status = RunStatus::interrupted;
  run.diagnosis.emplace().verdict = observe::Verdict::healthy;
  EXPECT_EQ(stored_run(run, 10).verdict, "");
  run.epochs.emplace_back().epoch = 1;
  EXPECT_EQ(stored_run(run, 10).steps, 10);
  EXPECT_EQ(stored_run(run, 10).verdict, "healthy");
}

}  // namespace
}  // namespace fanin::experiment
