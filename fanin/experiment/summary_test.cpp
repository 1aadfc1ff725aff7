#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/statistics.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr SummaryFacts kFacts{
    .regression = false, .has_validation = false, .test_rows = 10'000, .chance_accuracy = 0.1};

observe::LayerStart layer(const std::string& name, double gradient_norm) {
  observe::LayerStart start;
  start.name = name;
  start.parameter = name + ".weight";
  start.fan_in = 100;
  start.units = 100;
  start.gradient_norm = gradient_norm;
  start.activation_mean = 0;
  start.activation_std_dev = 1;
  start.zero_fraction = 0;
  return start;
}

// A finished run whose test accuracies by epoch are given; validation goes the other way.
RunResult finished(const std::string& init, std::uint64_t seed, const std::vector<double>& accuracies) {
  RunResult run;
  run.init = init;
  run.seed = seed;
  run.status = RunStatus::finished;
  run.step_zero.layers = {layer("layer1", 2 * static_cast<double>(seed)), layer("layer2", 1)};
  for (const double accuracy : accuracies) {
    EpochRecord epoch;
    epoch.epoch = static_cast<std::int64_t>(run.epochs.size()) + 1;
    epoch.test_accuracy = accuracy;
    epoch.test_loss = 1 - accuracy;
    epoch.train_loss = 2 * (1 - accuracy);
    epoch.validation_accuracy = 1 - accuracy;
    epoch.validation_loss = accuracy;
    run.epochs.push_back(epoch);
  }
  return run;
}

CompareSettings settings_of(const std::vector<std::string>& inits) {
  CompareSettings settings;
  settings.inits = inits;
  settings.reach_accuracy = 0.8;
  return settings;
}

TEST(Summary, MeansAreThoseOfTheLastEpochWithStudentIntervals) {
  const std::vector<RunResult> runs = {finished("a", 1, {0.7, 0.8, 0.81}), finished("a", 2, {0.8, 0.85, 0.84}),
                                       finished("a", 3, {0.5, 0.6, 0.78})};
  const InitSummary row = summarize(settings_of({"a"}), runs, kFacts).at(0);
  EXPECT_EQ(row.seeds, 3);
  EXPECT_NEAR(row.test_accuracy_mean, 0.81, 1e-15);
  EXPECT_NEAR(row.test_accuracy_ci95, student_quantile(0.975, 2) * 0.03 / std::sqrt(3.0), 1e-14);
  EXPECT_NEAR(row.test_loss_mean, 0.19, 1e-15);
  EXPECT_NEAR(row.train_loss_mean, 0.38, 1e-15);
  EXPECT_EQ(row.epochs_to_reach, 1.5);  // the second and the first epoch; the third run never does
  EXPECT_EQ(row.runs_that_reach, 2);
  EXPECT_EQ(row.first_gradient_norm, 4);  // of 2, 4 and 6
  EXPECT_EQ(row.last_gradient_norm, 1);
  EXPECT_TRUE(row.is_best);
  EXPECT_EQ(row.difference_mean, 0);
  EXPECT_FALSE(row.difference_established);
}

// The runs of a seed share their luck: the differences are 0.10, 0.11 and 0.12 though the
// accuracies themselves spread over 0.2.
TEST(Summary, DifferencesArePairedBySeed) {
  const std::vector<RunResult> runs = {finished("a", 1, {0.5}),  finished("b", 1, {0.60}), finished("a", 2, {0.6}),
                                       finished("b", 2, {0.71}), finished("a", 3, {0.7}),  finished("b", 3, {0.82})};
  const std::vector<InitSummary> rows = summarize(settings_of({"a", "b"}), runs, kFacts);
  EXPECT_TRUE(rows[1].is_best);
  EXPECT_FALSE(rows[0].is_best);
  EXPECT_NEAR(rows[0].difference_mean, 0.11, 1e-15);
  EXPECT_NEAR(rows[0].difference_ci95, student_quantile(0.975, 2) * 0.01 / std::sqrt(3.0), 1e-14);
  EXPECT_TRUE(rows[0].difference_established);
  EXPECT_LT(rows[0].difference_ci95, rows[0].test_accuracy_ci95 / 5);
}

TEST(Summary, ANoisyOrASingleDifferenceIsNotEstablished) {
  const std::vector<RunResult> noisy = {finished("a", 1, {0.5}), finished("b", 1, {0.7}), finished("a", 2, {0.7}),
                                        finished("b", 2, {0.6})};
  const std::vector<InitSummary> rows = summarize(settings_of({"a", "b"}), noisy, kFacts);
  EXPECT_TRUE(rows[1].is_best);
  EXPECT_FALSE(rows[0].difference_established);
  const std::vector<RunResult> single = {finished("a", 1, {0.1}), finished("b", 1, {0.9})};
  const InitSummary row = summarize(settings_of({"a", "b"}), single, kFacts)[0];
  EXPECT_NEAR(row.difference_mean, 0.8, 1e-15);
  EXPECT_TRUE(std::isnan(row.difference_ci95));
  EXPECT_FALSE(row.difference_established);
}

TEST(Summary, ValidationChoosesTheBestWhenThereIsAValidationPart) {
  const std::vector<RunResult> runs = {finished("a", 1, {0.9}), finished("b", 1, {0.8})};  // validation 0.1 and 0.2
  SummaryFacts facts = kFacts;
  facts.has_validation = true;
  std::vector<InitSummary> rows = summarize(settings_of({"a", "b"}), runs, facts);
  EXPECT_TRUE(rows[1].is_best);
  EXPECT_NEAR(rows[0].difference_mean, -0.1, 1e-15);  // the test accuracy is what is reported
  facts.regression = true;                            // validation loss 0.9 and 0.8: the smaller wins
  rows = summarize(settings_of({"a", "b"}), runs, facts);
  EXPECT_TRUE(rows[1].is_best);
  facts.has_validation = false;  // test loss 0.1 and 0.2
  rows = summarize(settings_of({"a", "b"}), runs, facts);
  EXPECT_TRUE(rows[0].is_best);
}

TEST(Summary, AnInitializationThatDivergesIsNoBestWhileAnotherAlwaysFinishes) {
  RunResult diverged = finished("a", 2, {0.9});
  diverged.status = RunStatus::diverged;
  diverged.diverged_at_step = 42;
  const std::vector<RunResult> runs = {finished("a", 1, {0.95}), finished("b", 1, {0.8}), diverged,
                                       finished("b", 2, {0.8})};
  const std::vector<InitSummary> rows = summarize(settings_of({"a", "b"}), runs, kFacts);
  EXPECT_EQ(rows[0].diverged, 1);
  EXPECT_EQ(rows[0].seeds, 1);
  EXPECT_EQ(rows[0].test_accuracy_mean, 0.95);
  EXPECT_THAT(rows[0].remark, HasSubstr("diverged at step 42"));
  EXPECT_TRUE(rows[1].is_best);
  EXPECT_NEAR(rows[0].difference_mean, -0.15, 1e-15);  // over seed 1, the only common one
}

TEST(Summary, NonFiniteNumbersStayInTheirOwnRow) {
  std::vector<RunResult> runs = {finished("a", 1, {kNaN}), finished("b", 1, {0.8})};
  runs[0].step_zero.layers[0].gradient_norm = std::numeric_limits<double>::infinity();
  const std::vector<InitSummary> rows = summarize(settings_of({"a", "b"}), runs, kFacts);
  EXPECT_TRUE(rows[1].is_best);
  EXPECT_TRUE(std::isnan(rows[0].test_accuracy_mean));
  EXPECT_TRUE(std::isnan(rows[0].difference_mean));
  EXPECT_FALSE(rows[0].difference_established);
  EXPECT_TRUE(std::isnan(rows[0].epochs_to_reach));
  EXPECT_EQ(rows[1].test_accuracy_mean, 0.8);
}

TEST(Summary, NoRunsAtAllStillGiveARowEach) {
  const std::vector<InitSummary> rows = summarize(settings_of({"a", "b"}), {}, kFacts);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].seeds, 0);
  EXPECT_TRUE(std::isnan(rows[0].test_accuracy_mean));
  EXPECT_FALSE(rows[0].is_best || rows[1].is_best);
}

}  // namespace
}  // namespace fanin::experiment
