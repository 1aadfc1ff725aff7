#include "fanin/observe/diagnosis.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/observe/describe.hpp"
#include "fanin/observe/recorder.hpp"
#include "fanin/observe/reference_chain.hpp"

namespace fanin::observe {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Normal weights whose standard deviation is a function of the fans.
ReferenceChain::Fill normal(const std::function<double(double fan_in, double fan_out)>& std_dev) {
  return [std_dev](std::vector<float>& weight, std::int64_t in, std::int64_t out, std::mt19937_64& rng) {
    std::normal_distribution<double> draw(0, std_dev(static_cast<double>(in), static_cast<double>(out)));
    for (float& value : weight) value = static_cast<float>(draw(rng));
  };
}

ReferenceChain::Fill he() {
  return normal([](double in, double) { return std::sqrt(2 / in); });
}

std::vector<std::int64_t> widths(std::int64_t inputs, std::int64_t depth, std::int64_t width) {
  std::vector<std::int64_t> all{inputs};
  all.insert(all.end(), static_cast<std::size_t>(depth), width);
  all.push_back(10);
  return all;
}

std::vector<double> falling() {
  std::vector<double> losses;
  for (int i = 0; i < 60; ++i) losses.push_back(2.3 * std::exp(-i / 30.0) + 0.02 * (i % 2));
  return losses;
}

std::vector<double> level() {
  std::vector<double> losses;
  for (int i = 0; i < 60; ++i) losses.push_back(2.31 + 0.02 * (i % 2));
  return losses;
}

struct Options {
  float loss_factor = 1;
  float input_factor = 1;
};

// The first batch of a network, and losses as a training might have given them.
Trace trace_of(ReferenceChain& chain, const std::vector<double>& losses, const Options& options = {}) {
  Trace trace = describe(chain.graph());
  Recorder recorder(chain.graph());
  chain.show(recorder, 64, options.loss_factor, options.input_factor);
  TraceStep first = recorder.take();
  trace.loss = "softmax_cross_entropy";
  trace.outputs = 10;
  trace.optimizer = "sgd";
  trace.learning_rate = 0.1;
  trace.batch_rows = 64;
  trace.loss_factor = static_cast<double>(options.loss_factor);
  trace.data.class_shares.assign(10, 0.1);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    TraceStep step = i == 0 ? first : TraceStep{};
    step.step = static_cast<std::int64_t>(i);
    step.loss = losses[i] * static_cast<double>(options.loss_factor);
    trace.steps.push_back(std::move(step));
  }
  return trace;
}

std::vector<Problem> problems(const Diagnosis& diagnosis) {
  std::vector<Problem> found;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.severity != Severity::note) found.push_back(finding.problem);
  }
  return found;
}

TEST(Diagnosis, HeAfterReluIsHealthyAtAnyDepth) {
  for (const std::int64_t depth : {1, 4, 16, 40}) {
    ReferenceChain chain(widths(100, depth, 64), "relu", he());
    const Diagnosis d = diagnose(trace_of(chain, falling()));
    EXPECT_EQ(d.verdict, Verdict::healthy) << depth << ": " << d.reason;
    EXPECT_THAT(d.layers, ::testing::SizeIs(static_cast<std::size_t>(depth + 1)));
    EXPECT_NEAR(d.chance_loss.value, std::log(10), 1e-12);
  }
}

TEST(Diagnosis, GlorotUnderManyReluLayersIsAGainMismatch) {
  ReferenceChain chain(widths(100, 24, 64), "relu",
                       normal([](double in, double out) { return std::sqrt(2 / (in + out)); }));
  const Diagnosis d = diagnose(trace_of(chain, level()));
  EXPECT_EQ(d.verdict, Verdict::unhealthy);
  ASSERT_FALSE(d.findings.empty());
  const Finding& cause = d.findings.front();
  EXPECT_EQ(cause.problem, Problem::gain_mismatch);
  EXPECT_NEAR(cause.measured.value, 1, 0.1);
  EXPECT_NEAR(cause.expected.value, 2, 1e-9);
  EXPECT_THAT(cause.source, HasSubstr("1502.01852"));
  EXPECT_THAT(problems(d), Contains(Problem::vanishing_activation));
  // ReLU halves the mean square at each layer: the slope of its log is −ln 2.
  EXPECT_NEAR(d.activation_slope, -std::log(2), 0.15);
}

TEST(Diagnosis, TheSameScaleInFewLayersIsNoProblem) {
  ReferenceChain chain(widths(100, 2, 64), "relu",
                       normal([](double in, double out) { return std::sqrt(2 / (in + out)); }));
  EXPECT_EQ(diagnose(trace_of(chain, falling())).verdict, Verdict::healthy);
}

TEST(Diagnosis, FanOutInTheWrongPlaceIsNamed) {
  ReferenceChain chain({20, 512, 8, 512, 8, 10}, "relu", normal([](double, double out) { return std::sqrt(2 / out); }));
  EXPECT_EQ(diagnose(trace_of(chain, level())).findings.front().problem, Problem::wrong_fan_mode);
}

TEST(Diagnosis, OneStandardDeviationForAllLayersIsAPoorScale) {
  for (const double std_dev : {0.003, 3.0}) {
    ReferenceChain chain(widths(100, 6, 64), "relu", normal([std_dev](double, double) { return std_dev; }));
    const Diagnosis d = diagnose(trace_of(chain, level()));
    EXPECT_EQ(d.findings.front().problem, Problem::poor_init_scale) << std_dev;
    EXPECT_THAT(problems(d), Contains(std_dev < 1 ? Problem::vanishing_gradient : Problem::exploding_activation));
  }
}

TEST(Diagnosis, EqualWeightsAreSymmetry) {
  const auto constant = [](std::vector<float>& weight, std::int64_t, std::int64_t, std::mt19937_64&) {
    std::fill(weight.begin(), weight.end(), 0.05F);
  };
  ReferenceChain chain(widths(20, 2, 16), "tanh", constant);
  const Diagnosis d = diagnose(trace_of(chain, level()));
  EXPECT_EQ(d.findings.front().problem, Problem::symmetric_units);
  EXPECT_EQ(d.findings.front().measured.value, 1);
}

TEST(Diagnosis, SigmoidsInManyLayersLetTheGradientVanish) {
  ReferenceChain chain(widths(100, 10, 64), "sigmoid", normal([](double in, double) { return std::sqrt(1 / in); }));
  EXPECT_THAT(problems(diagnose(trace_of(chain, level()))), Contains(Problem::vanishing_gradient));
}

TEST(Diagnosis, LargeWeightsSaturateTanh) {
  ReferenceChain chain(widths(100, 3, 64), "tanh", normal([](double, double) { return 2.0; }));
  const Diagnosis d = diagnose(trace_of(chain, level()));
  EXPECT_THAT(problems(d), Contains(Problem::saturated_activation));
  EXPECT_EQ(d.findings.front().problem, Problem::poor_init_scale);
}

TEST(Diagnosis, LinearLayersInARowAreMissingANonlinearity) {
  ReferenceChain chain(widths(20, 3, 32), "linear", normal([](double in, double) { return std::sqrt(1 / in); }));
  EXPECT_THAT(problems(diagnose(trace_of(chain, level()))), Contains(Problem::missing_nonlinearity));
}

TEST(Diagnosis, MultiplyingTheLossChangesNoVerdict) {
  for (const double std_dev : {0.02, 0.18, 1.0}) {
    std::vector<std::vector<Problem>> found;
    for (const float factor : {1.0F, 1e-3F, 1e3F}) {
      ReferenceChain chain(widths(100, 12, 64), "relu", normal([std_dev](double, double) { return std_dev; }));
      found.push_back(problems(diagnose(trace_of(chain, level(), {.loss_factor = factor}))));
    }
    EXPECT_EQ(found[1], found[0]) << std_dev;
    EXPECT_EQ(found[2], found[0]) << std_dev;
  }
}

TEST(Diagnosis, TheUnitOfTheInputsDoesNotMatterWhenTheWeightsMakeUpForIt) {
  const auto verdict = [](float factor) {
    const auto fill = [factor](std::vector<float>& weight, std::int64_t in, std::int64_t out, std::mt19937_64& rng) {
      he()(weight, in, out, rng);
      if (in == 100) {
        for (float& value : weight) value /= factor;
      }
    };
    ReferenceChain chain(widths(100, 8, 64), "relu", fill);
    Trace trace = trace_of(chain, falling(), {.input_factor = factor});
    trace.data.mean = 0.5 * static_cast<double>(factor);
    trace.data.std_dev = 0.289 * static_cast<double>(factor);
    return diagnose(trace).verdict;
  };
  for (const float factor : {1.0F, 1e-3F, 255.0F}) EXPECT_EQ(verdict(factor), Verdict::healthy) << factor;
}

TEST(Diagnosis, InputsOfAWrongSizeAreNamed) {
  ReferenceChain chain(widths(100, 3, 64), "tanh", normal([](double in, double) { return std::sqrt(1 / in); }));
  Trace trace = trace_of(chain, level(), {.input_factor = 255});
  trace.data.mean = 127;
  trace.data.std_dev = 73;
  const Diagnosis d = diagnose(trace);
  EXPECT_EQ(d.findings.front().problem, Problem::unscaled_input);
  EXPECT_THAT(problems(d), Not(Contains(Problem::poor_init_scale)));
}

TEST(Diagnosis, ALossThatGrowsFromASoundStartIsTheLearningRate) {
  ReferenceChain chain(widths(100, 3, 64), "relu", he());
  std::vector<double> losses;
  for (int i = 0; i < 40; ++i) losses.push_back(2.3 * std::exp(i / 8.0));
  const Diagnosis d = diagnose(trace_of(chain, losses));
  EXPECT_EQ(d.findings.front().problem, Problem::learning_rate);
  EXPECT_LT(d.findings.front().expected.value, 0.1);
  EXPECT_THAT(problems(d), Contains(Problem::diverging_loss));
}

// A program that hands over tensors alone has not diverged; one whose loss is NaN has.
TEST(Diagnosis, ALossThatNobodyToldIsNoDivergence) {
  ReferenceChain chain(widths(100, 2, 64), "relu", he());
  Trace trace = trace_of(chain, {kUnknown});
  const Diagnosis untold = diagnose(trace);
  EXPECT_THAT(problems(untold), Not(Contains(Problem::diverging_loss)));
  EXPECT_EQ(untold.verdict, Verdict::healthy);
  trace.steps.front().nodes.back().gradient.nan_count = 1;
  EXPECT_THAT(problems(diagnose(trace)), Contains(Problem::diverging_loss));
}

TEST(Diagnosis, ATraceWithoutStatisticsIsUncertain) {
  ReferenceChain chain(widths(10, 2, 8), "relu", he());
  Trace trace = describe(chain.graph());
  EXPECT_EQ(diagnose(trace).verdict, Verdict::uncertain);
}

TEST(Diagnosis, EveryFindingSaysAllThatItMust) {
  ReferenceChain chain(widths(100, 12, 64), "relu", normal([](double, double) { return 0.01; }));
  for (const Finding& finding : diagnose(trace_of(chain, level())).findings) {
    for (const std::string& part :
         {finding.quantity, finding.source, finding.cause, finding.remedy, finding.falsified_by}) {
      EXPECT_FALSE(part.empty()) << to_string(finding.problem);
    }
  }
}

TEST(Diagnosis, ATraceThatContradictsItselfIsRefused) {
  ReferenceChain chain(widths(10, 2, 8), "relu", he());
  Trace trace = trace_of(chain, falling());
  trace.steps.front().nodes.pop_back();
  EXPECT_THROW(diagnose(trace), Error);
  trace = trace_of(chain, falling());
  trace.nodes.front().parameters = {99};
  EXPECT_THROW(diagnose(trace), Error);
}

TEST(Diagnosis, UnknownProblemsGetTheNearestName) {
  EXPECT_EQ(parse_problem("dead_relu"), Problem::dead_relu);
  try {
    parse_problem("dead_rellu");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("dead_relu"));
  }
}

}  // namespace
}  // namespace fanin::observe
