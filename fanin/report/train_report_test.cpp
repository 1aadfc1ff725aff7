#include <gmock/gmock.h>

#include <limits>

#include "fanin/report/train_progress.hpp"

namespace fanin::report {
namespace {

using experiment::TrainStatus;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const Terminal kWide{.interactive = false, .color = false, .unicode = true, .width = 200, .height = 24};

/// Three epochs of a classifier in ten classes, the second of which validates best.
experiment::TrainResult trained() {
  experiment::TrainResult result;
  result.status = TrainStatus::finished;
  result.steps = 2814;
  result.seconds = 21.9;
  result.test_rows = 10000;
  result.chance_accuracy = 0.1;
  result.best_epoch = 2;
  for (int i = 1; i <= 3; ++i) {
    result.epochs.push_back({.epoch = i,
                             .steps = 938 * i,
                             .train_loss = 0.5 / i,
                             .train_accuracy = 0.8,
                             .validation_loss = 0.45,
                             .validation_accuracy = i == 2 ? 0.88 : 0.87,
                             .test_loss = 0.41,
                             .test_accuracy = 0.8712,
                             .clipped_steps = 10 * i,
                             .largest_gradient_norm = 1.5 * i});
  }
  return result;
}

std::string text(const experiment::TrainResult& result) { return train_report(result, kWide); }

TEST(TrainReport, SaysHowItEndedAndWhatItLearned) {
  EXPECT_EQ(text(trained()),
            "Finished: 3 epochs, 2,814 steps in 22 s.\n"
            "Test accuracy 87.12 %, loss 0.4100.\n"
            "Best epoch: 2 of 3, by validation accuracy, 88.00 %.\n");
}

TEST(TrainReport, NamesWhatTheBestEpochWasChosenBy) {
  experiment::TrainResult result = trained();
  for (experiment::TrainEpoch& epoch : result.epochs) epoch.validation_accuracy = kNaN;
  EXPECT_THAT(text(result), HasSubstr("Best epoch: 2 of 3, by validation loss, 0.4500."));
  for (experiment::TrainEpoch& epoch : result.epochs) epoch.validation_loss = kNaN;
  EXPECT_THAT(text(result), HasSubstr("Best epoch: 2 of 3, by training loss, 0.2500."));
  result.epochs.resize(1);
  result.best_epoch = 1;
  EXPECT_THAT(text(result), AllOf(Not(HasSubstr("Best epoch")), HasSubstr("Finished: 1 epoch,")));
}

TEST(TrainReport, TellsTheOtherEndings) {
  experiment::TrainResult result = trained();
  result.status = TrainStatus::stopped_early;
  result.settings.patience = 1;
  EXPECT_THAT(text(result),
              StartsWith("Stopped early after 3 epochs, 2,814 steps in 22 s: 1 epoch without a better validation.\n"));
  result.status = TrainStatus::diverged;
  result.diverged_at_step = 2815;
  EXPECT_THAT(text(result), StartsWith("Diverged: the loss was no finite number any more at step 2,815.\n"));
  result.status = TrainStatus::interrupted;
  EXPECT_THAT(text(result), StartsWith("Interrupted after 2,814 steps, 22 s.\n"));
  result.epochs.clear();
  result.best_epoch = 0;
  EXPECT_EQ(text(result), "Interrupted after 2,814 steps, 22 s.\n");
}

TEST(TrainReport, DoesNotCallChanceLearning) {
  experiment::TrainResult result = trained();
  result.epochs.back().test_accuracy = 0.1;
  EXPECT_THAT(text(result), HasSubstr("no better than always naming the most frequent class, 10.00 %."));
  result.epochs.back().test_accuracy = 0.105;  // three standard errors are 0.9 %
  EXPECT_THAT(text(result), HasSubstr("10,000 predictions do not establish that this is better"));
  result.epochs.back().test_accuracy = 0.11;
  EXPECT_THAT(text(result), Not(HasSubstr("most frequent")));
  result.positions = 100;
  result.epochs.back().test_accuracy = 0.102;
  EXPECT_THAT(text(result), Not(HasSubstr("most frequent")));
}

TEST(TrainReport, SaysWhereClippingActed) {
  experiment::TrainResult result = trained();
  result.settings.clipping = "global_norm";
  result.settings.clip_limit = 1;
  EXPECT_THAT(text(result),
              HasSubstr("Clipping by global_norm at 1 acted in 60 of 2,814 steps; the largest gradient norm "
                        "was 4.50.\n"));
}

TEST(TrainReport, RegressionHasALoss) {
  experiment::TrainResult result = trained();
  result.has_accuracy = false;
  EXPECT_THAT(text(result), HasSubstr("Test loss 0.4100.\n"));
}

TEST(TrainReport, UsesTheLastEpochThatWasTested) {
  experiment::TrainResult result = trained();
  result.epochs[1].test_accuracy = 0.5;
  result.epochs[2].test_loss = result.epochs[2].test_accuracy = kNaN;
  EXPECT_THAT(text(result), HasSubstr("Test accuracy 50.00 %"));
}

TEST(EvaluationReport, ListsTheClasses) {
  const experiment::Evaluation evaluation{.data_name = "fashion-mnist",
                                          .part = "test",
                                          .rows = 1000,
                                          .predictions = 1000,
                                          .loss = 0.5,
                                          .accuracy = 0.75,
                                          .class_rows = {600, 400, 0},
                                          .class_correct = {550, 200, 0}};
  const std::string report = evaluation_report(evaluation, kWide);
  EXPECT_THAT(report, StartsWith("1,000 test rows of fashion-mnist: loss 0.5000, accuracy 75.00 %\n"));
  EXPECT_THAT(report, AllOf(HasSubstr("91.67 %"), HasSubstr("50.00 %"), HasSubstr("-")));
}

TEST(EvaluationReport, OfNumbersIsALine) {
  const experiment::Evaluation evaluation{
      .data_name = "teacher", .part = "train", .rows = 10, .predictions = 10, .loss = 0.5, .accuracy = kNaN};
  EXPECT_EQ(evaluation_report(evaluation, kWide), "10 train rows of teacher: loss 0.5000\n");
}

}  // namespace
}  // namespace fanin::report
