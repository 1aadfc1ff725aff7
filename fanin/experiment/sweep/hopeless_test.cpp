#include "fanin/experiment/sweep/hopeless.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace fanin::experiment {
namespace {

constexpr std::int64_t kSteps = 100;
constexpr std::int64_t kRows = 50;  // of a step

// Plays a course of steps in epochs of `per_epoch` with the accuracy that `of` gives each; the step that ended it, or
// 0.
std::int64_t end_of(HopelessRule& rule, std::int64_t per_epoch, const std::function<double(std::int64_t)>& of) {
  double correct = 0;
  std::int64_t rows = 0;
  for (std::int64_t step = 1; step <= kSteps; ++step) {
    if ((step - 1) % per_epoch == 0) {
      correct = 0;
      rows = 0;
    }
    correct += of(step) * kRows;
    rows += kRows;
    const TrainMoment moment{.step = step,
                             .total_steps = kSteps,
                             .epoch = 1 + (step - 1) / per_epoch,
                             .epochs = kSteps / per_epoch,
                             .loss = 1,
                             .accuracy = correct / static_cast<double>(rows),
                             .rows = step * kRows};
    if (rule.gives_up(moment)) return step;
  }
  return 0;
}

TEST(HopelessRule, GivesUpAtChanceAfterTheShareOfTheSteps) {
  HopelessRule rule(0.4, 0.1);
  EXPECT_EQ(end_of(rule, 100, [](std::int64_t) { return 0.1; }), 40);
  EXPECT_EQ(rule.step(), 40);
  EXPECT_EQ(rule.rows(), 20 * kRows);
  EXPECT_NEAR(rule.accuracy(), 0.1, 1e-12);
}

TEST(HopelessRule, SeesTheSameWindowHoweverEpochsCutIt) {
  const auto course = [](std::int64_t step) { return step <= 20 ? 0.0 : 0.02 * static_cast<double>(step % 7); };
  for (const std::int64_t per_epoch : {10, 20, 25, 50}) {
    HopelessRule rule(0.4, 0.1);
    end_of(rule, per_epoch, course);
    double sum = 0;
    for (std::int64_t step = 21; step <= 40; ++step) sum += course(step);
    EXPECT_NEAR(rule.accuracy(), sum / 20, 1e-12) << per_epoch;
  }
}

TEST(HopelessRule, KeepsARunThatHasBegunToLearn) {
  // 1,000 rows at chance 0.1 have a standard error of 0.0095: 0.13 is more than three above.
  HopelessRule late(0.4, 0.1);
  EXPECT_EQ(end_of(late, 100, [](std::int64_t step) { return step > 20 ? 0.13 : 0.1; }), 0);
  HopelessRule barely(0.4, 0.1);
  EXPECT_EQ(end_of(barely, 100, [](std::int64_t) { return 0.125; }), 40);
}

TEST(HopelessRule, DoesNotJudgeByFewRows) {
  HopelessRule rule(0.39, 0.1);  // 39 steps, 20 of them in the window
  EXPECT_EQ(end_of(rule, 100, [](std::int64_t) { return 0.1; }), 39);
  HopelessRule shorter(0.37, 0.1);  // 19
  EXPECT_EQ(end_of(shorter, 100, [](std::int64_t) { return 0.1; }), 0);
}

TEST(HopelessRule, NeverGivesUpWhereItIsOffOrNothingIsRightOrWrong) {
  HopelessRule off(0, 0.1);
  EXPECT_EQ(end_of(off, 100, [](std::int64_t) { return 0.0; }), 0);
  HopelessRule whole(1, 0.1);
  EXPECT_EQ(end_of(whole, 100, [](std::int64_t) { return 0.0; }), 0);
  HopelessRule unlabelled(0.5, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(end_of(unlabelled, 100, [](std::int64_t) { return 0.0; }), 0);
}

}  // namespace
}  // namespace fanin::experiment
