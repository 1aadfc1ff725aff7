// The rule sets of four published tools, from their published thresholds, over a trace: what fanin's diagnosis is
// compared with on the corpus of tests/faults. Each rule is translated to the problems that it could mean, as
// generously as its description allows. Where a trace lacks a percentile, the rule says what it takes instead.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "fanin/observe/trace.hpp"
#include "tests/faults/score.hpp"

namespace fanin::faults {

using RuleSet = std::vector<Accusation> (*)(const observe::Trace& trace);

/// Amazon SageMaker Debugger's built-in rules with their default arguments.
/// @source https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html and
/// awslabs/sagemaker-debugger-rules
std::vector<Accusation> sagemaker_debugger(const observe::Trace& trace);
/// @source Zhang et al. 2021, "AutoTrainer: An Automatic DNN Training Problem Detection and Repair System", ICSE
std::vector<Accusation> autotrainer(const observe::Trace& trace);
/// @source Wardat et al. 2022, "DeepDiagnosis: Automatically Diagnosing Faults and Recommending Actionable Fixes", ICSE
std::vector<Accusation> deep_diagnosis(const observe::Trace& trace);
/// @source Ben Braiek & Khomh 2022, "Testing Feedforward Neural Networks Training Programs" (TheDeepChecker), TOSEM
std::vector<Accusation> the_deep_checker(const observe::Trace& trace);

struct NamedRuleSet {
  std::string_view name;
  RuleSet find;
};
std::span<const NamedRuleSet> published_rule_sets() noexcept;

}  // namespace fanin::faults
