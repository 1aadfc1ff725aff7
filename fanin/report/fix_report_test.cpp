#include "fanin/report/fix_report.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace fanin::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

observe::Diagnosis found(observe::Problem problem) {
  observe::Diagnosis d;
  d.verdict = observe::Verdict::unhealthy;
  observe::Finding finding;
  finding.problem = problem;
  d.findings = {finding};
  return d;
}

experiment::RepairResult repaired() {
  experiment::RepairResult r;
  r.outcome = experiment::RepairOutcome::repaired;
  r.reason = "each layer's weights are rescaled";
  r.judged_by = "held-out";
  r.steps = 300;
  r.before.settings.init = "normal(std=0.01)";
  r.before.status = experiment::TrainStatus::finished;
  r.before.loss = 2.3026;
  r.before.accuracy = 0.1;
  r.before.trainings = 3;
  r.before.diagnosis = found(observe::Problem::poor_init_scale);
  r.after = r.before;
  r.after.kind = experiment::RepairKind::rescale;
  r.after.options = "--init \"lsuv(normal(std=0.01))\"";
  r.after.settings.init = "lsuv(normal(std=0.01))";
  r.after.loss = 0.4;
  r.after.accuracy = 0.855;
  r.after.diagnosis = observe::Diagnosis{};
  r.after.diagnosis->verdict = observe::Verdict::healthy;
  r.test_before = {.loss = 2.3011, .accuracy = 0.1025};
  r.test_after = {.loss = 0.4123, .accuracy = 0.8475};
  r.trials.push_back(r.after);
  experiment::RepairTrial& refused = r.trials.emplace_back();
  refused.kind = experiment::RepairKind::scheme;
  refused.options = "--init \"gpt2\"";
  refused.refused = "it needs residual branches";
  r.changes = {{.parameter = "layer1.weight", .layer = "layer1", .factor = 6.25, .before = 0.16, .after = 1}};
  return r;
}

TEST(FixReport, PutsBeforeAndAfterSideBySideAndNamesTheOptions) {
  const std::string text = fix_report(repaired(), Terminal{});
  EXPECT_THAT(text, AllOf(HasSubstr("Repaired: each layer's weights are rescaled."), HasSubstr("poor_init_scale"),
                          HasSubstr("healthy"), HasSubstr("10.00 %"), HasSubstr("85.50 %"), HasSubstr("2.3026")));
  EXPECT_THAT(text, AllOf(HasSubstr("test accuracy   10.25 %"), HasSubstr("84.75 %"), HasSubstr("held-out"),
                          HasSubstr("means over 3")));
  EXPECT_THAT(text, AllOf(HasSubstr("layer1.weight"), HasSubstr("6.25"), HasSubstr("refused: it needs residual")));
  EXPECT_THAT(text, HasSubstr("Use: --init \"lsuv(normal(std=0.01))\"\n"));
}

TEST(FixReport, SaysWhyThereIsNothingToDo) {
  experiment::RepairResult r;
  r.outcome = experiment::RepairOutcome::healthy;
  r.reason = "signals keep their sizes";
  EXPECT_EQ(fix_report(r, Terminal{}), "Nothing to repair: signals keep their sizes.\n");
  r.outcome = experiment::RepairOutcome::not_repairable;
  r.reason = "the labels have nothing to do with the inputs";
  EXPECT_THAT(fix_report(r, Terminal{}), AllOf(HasSubstr("Not repairable here: the labels"), Not(HasSubstr("Use:"))));
}

TEST(FixReport, ADivergedTrainingHasNoFigures) {
  experiment::RepairResult r = repaired();
  r.before.status = experiment::TrainStatus::diverged;
  r.test_before = {};
  r.before.loss = r.before.accuracy = std::numeric_limits<double>::quiet_NaN();
  const std::string text = fix_report(r, Terminal{});
  EXPECT_THAT(text, AllOf(HasSubstr("diverged"), Not(HasSubstr("nan"))));
}

}  // namespace
}  // namespace fanin::report
