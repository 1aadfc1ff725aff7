#include "fanin/report/compare_report.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <sstream>

#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using experiment::CompareResult;
using experiment::InitSummary;
using experiment::RunResult;
using experiment::RunStatus;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Terminal terminal(int width, bool unicode = true) {
  return {.interactive = false, .color = false, .unicode = unicode, .width = width};
}

InitSummary row(std::string init, double accuracy) {
  InitSummary summary;
  summary.init = std::move(init);
  summary.seeds = 3;
  summary.test_accuracy_mean = accuracy;
  summary.test_accuracy_ci95 = 0.003;
  summary.test_loss_mean = 0.4;
  summary.test_loss_ci95 = 0.02;
  summary.train_loss_mean = 0.25;
  summary.epochs_to_reach = 2;
  summary.runs_that_reach = 3;
  summary.first_gradient_norm = 1.2;
  summary.last_gradient_norm = 0.98;
  return summary;
}

CompareResult example() {
  CompareResult result;
  result.settings.net = "784-256-128-10";
  result.settings.learning_rate = 1e-3;
  result.data_name = "fashion-mnist";
  result.scaling = "scaled to [0, 1]";
  result.train_rows = 60000;
  result.test_rows = 10000;
  result.parameters = 235146;
  result.chosen_by = "test accuracy";
  result.seconds = 41;
  for (const char* init : {"zeros", "he_uniform"}) {
    RunResult run;
    run.init = init;
    run.seed = 1;
    run.status = RunStatus::finished;
    run.step_zero.layers.resize(2);
    result.runs.push_back(run);
  }
  result.summary = {row("zeros", 0.1), row("he_uniform", 0.887)};
  result.summary[0].runs_that_reach = 0;
  result.summary[0].epochs_to_reach = kNan;
  result.summary[0].first_gradient_norm = 0;
  result.summary[0].remark = "all weight gradients are zero";
  result.summary[0].difference_mean = 0.787;
  result.summary[0].difference_ci95 = 0.0031;
  result.summary[0].difference_established = true;
  result.summary[1].is_best = true;
  return result;
}

TEST(CompareReport, NoInitializationIsCalledBestAtChance) {
  CompareResult result = example();
  result.chance_accuracy = 0.1;
  result.summary[0].is_best = true;
  result.summary[1] = row("normal(std=10)", kNan);
  result.summary[1].seeds = 0;
  result.summary[1].diverged = 3;
  const std::string text = compare_report(result, terminal(200));
  EXPECT_THAT(text, HasSubstr("No initialization is established above chance: the best, zeros, reaches 10.00 % where "
                              "always answering the most frequent class gives 10.00 %."));
  EXPECT_THAT(text, Not(HasSubstr("Best by")));
  EXPECT_THAT(text, Not(HasSubstr("flatters")));
  result.summary[0].test_accuracy_mean = 0.11;  // three standard errors of 10,000 rows are 0.9 points
  EXPECT_THAT(compare_report(result, terminal(200)), HasSubstr("Best by test accuracy: zeros."));
}

TEST(CompareReport, SaysWhatWasDoneWhatCameOutAndWhatIsEstablished) {
  EXPECT_EQ(
      compare_report(example(), terminal(120)),
      "fashion-mnist: 60,000 training and 10,000 test rows, scaled to [0, 1]\n"
      "784-256-128-10 with relu, 235,146 parameters; adam, learning rate 0.001, batches of 64, 10 epochs, seeds 1 to "
      "3\n"
      "2 runs in 41 s\n"
      "\n"
      "                                       final    epochs   gradient   gradient\n"
      "initialization    test accuracy   train loss   to 85 %      first       last   remark\n"
      "────────────────────────────────────────────────────────────────────────────────────────────────────────────\n"
      "zeros            10.00 ± 0.30 %       0.2500     never          0      0.980   all weight gradients are zero\n"
      "he_uniform       88.70 ± 0.30 %       0.2500         2       1.20      0.980\n"
      "Means over the seeds; ± is the 95 % half-width. Gradient: the norm for the first and for the last layer's "
      "weights before\n"
      "the first step.\n"
      "\n"
      "Best by test accuracy: he_uniform.\n"
      "It was chosen on the test rows that also measured it, which flatters the winner a little; --validation 0.1 "
      "chooses on\n"
      "rows of their own.\n"
      "\n"
      "Difference to he_uniform in test accuracy, paired by seed, with its 95 % interval:\n"
      "initialization                  difference   verdict\n"
      "────────────────────────────────────────────────────────\n"
      "zeros            78.70 ± 0.31 points lower   established\n");
}

TEST(CompareReport, NoLineIsWiderThanTheTerminal) {
  for (const bool unicode : {false, true}) {
    for (int width = 10; width <= 220; ++width) {
      std::istringstream lines(compare_report(example(), terminal(width, unicode)));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
      }
    }
  }
}

TEST(CompareReport, WithoutUtf8EverythingIsAscii) {
  for (const char c : compare_report(example(), terminal(100, false))) EXPECT_GE(c, 0);
}

TEST(CompareReport, ADifferenceThatIncludesZeroIsNotEstablished) {
  CompareResult result = example();
  result.summary[0].difference_mean = -0.001;
  result.summary[0].difference_established = false;
  EXPECT_THAT(compare_report(result, terminal(120)),
              HasSubstr("0.10 ± 0.31 points higher   not established: includes zero"));
}

TEST(CompareReport, EqualDifferencesOfFewSeedsAreNotEstablished) {
  CompareResult result = example();
  result.summary[0].difference_mean = 0.25;
  result.summary[0].difference_ci95 = 0;
  result.summary[0].difference_established = false;
  EXPECT_THAT(compare_report(result, terminal(120)),
              HasSubstr("25.00 ± 0.00 points lower   not established: too few seeds"));
}

TEST(CompareReport, OneSeedClaimsNothing) {
  CompareResult result = example();
  result.settings.seeds = 1;
  for (InitSummary& summary : result.summary) {
    summary.seeds = 1;
    summary.test_accuracy_ci95 = kNan;
    summary.difference_ci95 = kNan;
    summary.difference_established = false;
  }
  const std::string text = compare_report(result, terminal(120));
  EXPECT_THAT(text, Not(HasSubstr("±")));
  EXPECT_THAT(text, HasSubstr("78.70 points lower   not established: one seed"));
  EXPECT_THAT(text, HasSubstr("One seed gives no confidence interval: use --seeds 3 or more."));
}

TEST(CompareReport, DivergedRunsAreNamedWithTheirStep) {
  CompareResult result = example();
  result.runs[0].status = RunStatus::diverged;
  result.runs[0].diverged_at_step = 1234;
  InitSummary& zeros = result.summary[0];
  zeros.seeds = 0;
  zeros.diverged = 3;
  zeros.test_accuracy_mean = zeros.test_accuracy_ci95 = zeros.train_loss_mean = kNan;
  zeros.difference_mean = zeros.difference_ci95 = kNan;
  zeros.difference_established = false;
  const std::string text = compare_report(result, terminal(120));
  EXPECT_THAT(text, HasSubstr("zeros                  diverged"));
  EXPECT_THAT(text, HasSubstr("Diverged: zeros seed 1 at step 1,234."));
  EXPECT_THAT(text, HasSubstr("no finished run to compare"));
  EXPECT_THAT(text, HasSubstr("1 of 2 runs finished in 41 s"));
}

TEST(CompareReport, AnInterruptedComparisonSaysWhatTheMeansAreOver) {
  CompareResult result = example();
  result.interrupted = true;
  result.summary[0].seeds = 2;
  EXPECT_THAT(compare_report(result, terminal(120)),
              HasSubstr("Interrupted: means are over the runs that finished, of 3 each: zeros 2, he_uniform 3."));
}

TEST(CompareReport, AnInterruptionBeforeAnyRunFinishedShowsHowFarTheyCame) {
  CompareResult result = example();
  result.interrupted = true;
  for (InitSummary& summary : result.summary) {
    summary.seeds = 0;
    summary.is_best = false;
    summary.test_accuracy_mean = summary.test_accuracy_ci95 = summary.train_loss_mean = kNan;
  }
  result.summary[1].first_gradient_norm = result.summary[1].last_gradient_norm = kNan;
  for (RunResult& run : result.runs) run.status = RunStatus::interrupted;
  result.runs[0].epochs.push_back({.epoch = 1, .train_loss = 2.3, .test_loss = 2.31, .test_accuracy = 0.1});
  result.runs[1].step_zero.layers.clear();  // never began
  const std::string text = compare_report(result, terminal(120));
  EXPECT_THAT(text, HasSubstr("zeros            10.00 % so far       2.3000"));
  EXPECT_THAT(text, ::testing::ContainsRegex("he_uniform +- +- +2 +- +-\n"));
  EXPECT_THAT(text, HasSubstr("No run finished, so nothing can be compared."));
}

TEST(CompareReport, WhatIsChosenOnValidationRowsNeedsNoWarning) {
  CompareResult result = example();
  result.chosen_by = "validation accuracy";
  result.validation_rows = 6000;
  const std::string text = compare_report(result, terminal(120));
  EXPECT_THAT(text, HasSubstr("60,000 training, 6,000 validation and 10,000 test rows"));
  EXPECT_THAT(text, HasSubstr("Best by validation accuracy: he_uniform."));
  EXPECT_THAT(text, Not(HasSubstr("flatters")));
}

TEST(CompareReport, RegressionSpeaksOfLosses) {
  CompareResult result = example();
  result.regression = true;
  result.chosen_by = "test loss";
  result.summary[0].difference_mean = -0.0321;
  const std::string text = compare_report(result, terminal(120));
  EXPECT_THAT(text, HasSubstr("test loss"));
  EXPECT_THAT(text, HasSubstr("zeros            0.4000 ± 0.0200"));
  EXPECT_THAT(text, Not(HasSubstr("epochs\nto")));
  EXPECT_THAT(text, Not(HasSubstr("points")));
  EXPECT_THAT(text, HasSubstr("0.0321 ± 0.0031 higher   established"));
}

TEST(CompareReport, EpochsToReachCountsOnlyTheRunsThatDo) {
  CompareResult result = example();
  result.summary[1].runs_that_reach = 2;
  result.summary[1].epochs_to_reach = 4.5;
  result.settings.reach_accuracy = 0.875;
  const std::string text = compare_report(result, terminal(120));
  EXPECT_THAT(text, HasSubstr("to 87.5 %"));
  EXPECT_THAT(text, HasSubstr("4.5 (2 of 3)"));
}

}  // namespace
}  // namespace fanin::report
