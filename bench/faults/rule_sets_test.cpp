#include "bench/faults/rule_sets.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace fanin::faults {
namespace {

using observe::Problem;

TensorStatistics gaussian(double mean, double variance) {
  TensorStatistics s;
  s.count = 1000;
  s.positive_count = 500;
  s.mean = mean;
  s.variance = variance;
  s.minimum = mean - 3 * std::sqrt(variance);
  s.maximum = mean + 3 * std::sqrt(variance);
  return s;
}

// Two dense layers of a hundred inputs with a tanh between them, whose every number lies within the thresholds of all
// four rule sets; a test then moves one.
class RuleSets : public ::testing::Test {
 protected:
  RuleSets() {
    trace_.nodes = {{"input", "input", "input", "", {}, {}, 0},
                    {"layer1.dense", "layer1", "dense", "", {0}, {0}, 100},
                    {"layer1.tanh", "layer1", "activation", "tanh", {1}, {}, 100},
                    {"head.dense", "head", "dense", "", {2}, {1}, 10}};
    for (const char* name : {"layer1.weight", "head.weight"}) {
      observe::TraceParameter parameter;
      parameter.name = name;
      parameter.fan_in = parameter.fan_out = 100;
      trace_.parameters.push_back(parameter);
    }
    trace_.data.largest_magnitude = 1;
    trace_.data.class_shares.assign(10, 0.1);
    for (int i = 0; i < 50; ++i) {
      observe::TraceStep step;
      step.step = i;
      step.loss = std::log(10.0) * std::pow(0.98, i);
      step.accuracy = 0.1 + 0.01 * i;
      if (i % 10 == 0) {
        observe::NodeRecord node;
        node.output = node.gradient = gaussian(0, 0.5);
        node.dead_units = node.saturated = 0;
        step.nodes.assign(4, node);
        observe::ParameterRecord parameter;
        parameter.value = gaussian(0, 0.01);
        parameter.gradient = gaussian(0, 0.01);
        parameter.update_norm = 1e-3 * parameter.value.norm();
        step.parameters.assign(2, parameter);
      }
      trace_.steps.push_back(step);
    }
  }

  [[nodiscard]] bool finds(RuleSet rules, Problem problem) const {
    for (const Accusation& accusation : rules(trace_)) {
      for (const Problem accused : accusation.problems) {
        if (accused == problem) return true;
      }
    }
    return false;
  }

  template <typename Change>
  void change_records(const Change& change) {
    for (observe::TraceStep& step : trace_.steps) {
      if (step.full()) change(step);
    }
  }

  observe::Trace trace_;
};

TEST_F(RuleSets, AccuseNothingWithinTheirThresholds) {
  for (const NamedRuleSet& set : published_rule_sets()) EXPECT_TRUE(set.find(trace_).empty()) << set.name;
}

TEST_F(RuleSets, AllSeeALossThatIsNotANumber) {
  trace_.steps.back().loss = std::numeric_limits<double>::quiet_NaN();
  for (const NamedRuleSet& set : published_rule_sets()) EXPECT_TRUE(finds(set.find, Problem::non_finite)) << set.name;
}

TEST_F(RuleSets, WeightsATenthOfTheUsualSizeBreakTheRatioAndTheKnownScales) {
  change_records([](observe::TraceStep& step) { step.parameters[1].value = gaussian(0, 0.0001); });
  EXPECT_TRUE(finds(sagemaker_debugger, Problem::poor_init_scale));  // a ratio of 100 where 10 is allowed
  EXPECT_TRUE(finds(the_deep_checker, Problem::poor_init_scale));
  EXPECT_FALSE(finds(deep_diagnosis, Problem::poor_init_scale));  // 1e-4 is above its 1e-5
}

TEST_F(RuleSets, EqualWeightsAreSymmetricToTheDeepChecker) {
  change_records([](observe::TraceStep& step) { step.parameters[0].value = gaussian(0.1, 0); });
  EXPECT_TRUE(finds(the_deep_checker, Problem::symmetric_units));
  EXPECT_TRUE(finds(deep_diagnosis, Problem::symmetric_units));
}

TEST_F(RuleSets, EachHasItsOwnVanishingGradient) {
  change_records([](observe::TraceStep& step) { step.parameters[0].gradient = gaussian(0, 1e-16); });
  EXPECT_TRUE(finds(sagemaker_debugger, Problem::vanishing_gradient));
  EXPECT_TRUE(finds(autotrainer, Problem::vanishing_gradient));  // 1e-7 of the last layer's
  EXPECT_TRUE(finds(deep_diagnosis, Problem::vanishing_gradient));
  EXPECT_TRUE(finds(the_deep_checker, Problem::vanishing_gradient));
  change_records([](observe::TraceStep& step) { step.parameters[0].gradient = gaussian(0, 1e-13); });
  EXPECT_FALSE(finds(sagemaker_debugger, Problem::vanishing_gradient));  // 3e-7, above its 1e-7
}

TEST_F(RuleSets, SaturationIsBeyondNineOrFive) {
  change_records([](observe::TraceStep& step) { step.nodes[1].output = gaussian(0, 100); });  // |u| > 5 in 62 %
  EXPECT_TRUE(finds(deep_diagnosis, Problem::saturated_activation));
  EXPECT_FALSE(finds(sagemaker_debugger, Problem::saturated_activation));  // |u| > 9.5 in 34 %
  change_records([](observe::TraceStep& step) { step.nodes[1].output = gaussian(0, 1000); });
  EXPECT_TRUE(finds(sagemaker_debugger, Problem::saturated_activation));
}

TEST_F(RuleSets, UpdatesAreLargeOrSmallByTheirOwnBounds) {
  change_records([](observe::TraceStep& step) { step.parameters[0].update_norm = step.parameters[0].value.norm(); });
  EXPECT_TRUE(finds(deep_diagnosis, Problem::learning_rate));
  EXPECT_TRUE(finds(the_deep_checker, Problem::update_too_large));
  EXPECT_FALSE(finds(sagemaker_debugger, Problem::update_too_large));  // 1 is below its 10
}

TEST_F(RuleSets, ALevelLossIsSeenByThoseThatWatchIt) {
  for (observe::TraceStep& step : trace_.steps) {
    step.loss = std::log(10.0);
    step.accuracy = 0.1;
  }
  EXPECT_TRUE(finds(sagemaker_debugger, Problem::stagnant_loss));
  EXPECT_TRUE(finds(autotrainer, Problem::stagnant_loss));
  EXPECT_TRUE(finds(the_deep_checker, Problem::stagnant_loss));
}

TEST_F(RuleSets, RawInputsAreBeyondDeepDiagnosis) {
  trace_.data.largest_magnitude = 255;
  EXPECT_TRUE(finds(deep_diagnosis, Problem::unscaled_input));
  trace_.data.tokens = true;
  EXPECT_FALSE(finds(deep_diagnosis, Problem::unscaled_input));
}

}  // namespace
}  // namespace fanin::faults
