#include "fanin/experiment/training/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

TEST(Schedule, FactorsFollowTheirFormulas) {
  const Schedule constant = parse_schedule("constant");
  EXPECT_EQ(constant.factor(0, 10, 100), 1);
  EXPECT_EQ(constant.factor(99, 10, 100), 1);
  const Schedule step = parse_schedule("step(every=2, gamma=0.5)");
  EXPECT_EQ(step.factor(19, 10, 100), 1);
  EXPECT_EQ(step.factor(20, 10, 100), 0.5);
  EXPECT_EQ(step.factor(40, 10, 100), 0.25);
  const Schedule linear = parse_schedule("linear(final=0.2)");
  EXPECT_EQ(linear.factor(0, 10, 101), 1);
  EXPECT_NEAR(linear.factor(50, 10, 101), 0.6, 1e-15);
  EXPECT_NEAR(linear.factor(100, 10, 101), 0.2, 1e-15);
  const Schedule cosine = parse_schedule("cosine");
  EXPECT_EQ(cosine.factor(0, 10, 101), 1);
  EXPECT_NEAR(cosine.factor(50, 10, 101), 0.5, 1e-15);
  EXPECT_NEAR(cosine.factor(100, 10, 101), 0, 1e-15);
  const Schedule cycle = parse_schedule("one_cycle(peak=0.25)");
  EXPECT_NEAR(cycle.factor(0, 10, 101), 0.04, 1e-15);
  EXPECT_NEAR(cycle.factor(25, 10, 101), 1, 1e-15);
  EXPECT_NEAR(cycle.factor(100, 10, 101), 4e-6, 1e-15);
}

TEST(Schedule, WarmUpRisesLinearlyToTheSchedule) {
  const Schedule schedule = parse_schedule("constant(warmup=4)");
  EXPECT_NEAR(schedule.factor(0, 10, 100), 0.2, 1e-15);
  EXPECT_NEAR(schedule.factor(3, 10, 100), 0.8, 1e-15);
  EXPECT_EQ(schedule.factor(4, 10, 100), 1);
}

TEST(Schedule, ATrainingOfOneStepHasTheFirstFactor) {
  EXPECT_EQ(parse_schedule("cosine").factor(0, 1, 1), 1);
  EXPECT_EQ(parse_schedule("cosine").factor(7, 1, 1), 1);
}

TEST(Schedule, TextRoundTrips) {
  for (const char* text : {"constant", "step(every=3, gamma=0.2)", "linear(final=0.1, warmup=10)", "cosine(warmup=500)",
                           "one_cycle(peak=0.5, start=0.1)"}) {
    EXPECT_EQ(to_string(parse_schedule(text)), text);
    EXPECT_EQ(parse_schedule(to_string(parse_schedule(text))), parse_schedule(text));
  }
}

TEST(Schedule, WrongTextIsRefusedWithAWayOut) {
  const auto message = [](const char* text) {
    try {
      parse_schedule(text);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(message("cosin"), ::testing::HasSubstr("did you mean cosine?"));
  EXPECT_THAT(message("step(gamma=0)"), ::testing::HasSubstr("gamma must be above 0 and up to 1"));
  EXPECT_THAT(message("cosine(every=3)"), ::testing::HasSubstr("every"));
  EXPECT_THAT(message("constant(warmup=-1)"), ::testing::HasSubstr("warmup"));
}

}  // namespace
}  // namespace fanin::experiment
