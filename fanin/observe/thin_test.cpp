#include "fanin/observe/thin.hpp"

#include <gmock/gmock.h>

namespace fanin::observe {
namespace {

// A full step every `every` steps; those in `detailed` have a histogram.
Trace long_trace(std::int64_t steps, std::int64_t every, const std::vector<std::int64_t>& detailed) {
  Trace trace;
  for (std::int64_t i = 0; i < steps; ++i) {
    TraceStep step;
    step.step = i;
    if (i % every == 0) {
      step.nodes.resize(2);
      step.parameters.resize(1);
    }
    for (const std::int64_t d : detailed) {
      if (d == i) step.nodes[0].output_histogram.counts = {1, 2};
    }
    trace.steps.push_back(step);
  }
  return trace;
}

std::vector<std::int64_t> full_steps(const Trace& trace) {
  std::vector<std::int64_t> steps;
  for (const TraceStep& step : trace.steps) {
    if (step.full()) steps.push_back(step.step);
  }
  return steps;
}

TEST(Thin, ASmallTraceStaysAsItIs) {
  const Trace trace = thinned(long_trace(100, 10, {0, 50}));
  EXPECT_EQ(trace.steps.size(), 100U);
  EXPECT_EQ(full_steps(trace).size(), 10U);
}

TEST(Thin, ALongTraceKeepsItsEndsItsHistogramsAndNoMoreThanAsked) {
  const Trace trace = thinned(long_trace(10'000, 10, {0, 50, 500, 5000}), {.records = 20, .steps = 100});
  const std::vector<std::int64_t> full = full_steps(trace);
  EXPECT_LE(full.size(), 20U);
  EXPECT_GE(full.size(), 18U);
  for (const std::int64_t step : {0, 50, 500, 5000, 9990}) EXPECT_THAT(full, ::testing::Contains(step));
  EXPECT_LE(trace.steps.size(), 102U);
  EXPECT_EQ(trace.steps.front().step, 0);
  EXPECT_EQ(trace.steps.back().step, 9999);
  for (std::size_t i = 1; i < trace.steps.size(); ++i) EXPECT_LT(trace.steps[i - 1].step, trace.steps[i].step);
}

TEST(Thin, TooManyHistogramsAreThinnedToo) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < 100; ++i) all.push_back(i);
  const Trace trace = thinned(long_trace(100, 1, all), {.records = 10, .steps = 50});
  EXPECT_EQ(full_steps(trace).size(), 10U);
  EXPECT_EQ(full_steps(trace).front(), 0);
  EXPECT_EQ(full_steps(trace).back(), 99);
}

TEST(Thin, NoStepsAtAllAreNoProblem) { EXPECT_TRUE(thinned({}).steps.empty()); }

}  // namespace
}  // namespace fanin::observe
