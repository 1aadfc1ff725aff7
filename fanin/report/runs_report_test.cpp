#include "fanin/report/runs_report.hpp"

#include <gmock/gmock.h>

#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using experiment::StoredExperiment;
using experiment::StoredRun;
using experiment::StoredStatus;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

constexpr Terminal kWide{.unicode = true, .width = 140};

StoredRun run_of(std::int64_t id, const std::string& init, std::uint64_t seed, double accuracy) {
  StoredRun run{.id = id, .experiment = 1, .key = init, .init = init, .seed = seed};
  run.test_accuracy = accuracy;
  run.train_loss = 0.25;
  run.steps = 1200;
  run.seconds = 2;
  return run;
}

const std::vector<StoredExperiment> kExperiments{{.id = 1,
                                                  .name = "784-10 on fashion-mnist",
                                                  .command_line = "fanin compare --out runs",
                                                  .version = "0.1.0",
                                                  .created_at = "2026-11-22T07:30:00Z",
                                                  .planned_runs = 6}};

TEST(RunsReport, ListsRunsBelowTheirExperiment) {
  std::vector<StoredRun> runs{run_of(3, "he_normal", 1, 0.8765), run_of(4, "zeros", 1, 0.1)};
  runs[1].status = StoredStatus::diverged;
  runs[1].diverged_at_step = 17;
  runs[1].settings = R"({"gain":2})";
  const std::string text = runs_report(kExperiments, runs, kWide);
  EXPECT_THAT(text, AllOf(HasSubstr("Experiment 1: compare of 784-10 on fashion-mnist"),
                          HasSubstr("fanin compare --out runs"), HasSubstr("87.65 %"), HasSubstr("1,200"),
                          HasSubstr("diverged at step 17"), HasSubstr("gain=2"), HasSubstr("2 of 6 runs")));
  EXPECT_EQ(runs_report(kExperiments, {}, kWide), "no runs\n");
}

TEST(RunsReport, ShowsLossesWhereThereIsNoAccuracy) {
  std::vector<StoredRun> runs{run_of(1, "zeros", 1, experiment::kNotMeasured)};
  runs[0].test_loss = 0.123;
  EXPECT_THAT(runs_report(kExperiments, runs, kWide), AllOf(HasSubstr("test loss"), HasSubstr("0.1230")));
}

TEST(RunsReport, FitsANarrowTerminalAndDisarmsHostileText) {
  std::vector<StoredRun> runs{run_of(1, "normal(std=0.01)\x1b[2J\n", 1, 0.5)};
  runs[0].message.assign(300, 'x');
  runs[0].epochs.push_back({.epoch = 1, .train_loss = 1});
  for (const int width : {30, 60, 100}) {
    const Terminal terminal{.width = width};
    for (const std::string& text :
         {runs_report(kExperiments, runs, terminal), run_report(kExperiments[0], runs[0], terminal)}) {
      EXPECT_THAT(text, Not(HasSubstr("\x1b")));
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        EXPECT_LE(display_width(text.substr(at, end - at)), static_cast<std::size_t>(width));
        at = end + 1;
      }
    }
  }
}

TEST(RunsReport, ShowsEpochsAndFindingsOfOneRun) {
  StoredRun run = run_of(3, "he_normal", 5, 0.9);
  run.epochs = {{.epoch = 1, .train_loss = 0.5, .test_accuracy = 0.85}, {.epoch = 2, .train_loss = 0.4}};
  run.findings = {{.problem = "dead_relu",
                   .layer = "layer2",
                   .severity = "warning",
                   .quantity = "dead units",
                   .measured = 0.5,
                   .expected = 0.1,
                   .cause = "the step is too large",
                   .remedy = "--lr 1e-3"}};
  run.layers.resize(4);
  run.layers[3].step = 50;
  const std::string text = run_report(kExperiments[0], run, kWide);
  EXPECT_THAT(text, AllOf(HasSubstr("Run 3: he_normal, seed 5"), HasSubstr("finished after 1,200 steps and 2.0 s"),
                          HasSubstr("85.00 %"), HasSubstr("0.4000")));
  EXPECT_THAT(text, HasSubstr("dead_relu in layer2: dead units is 0.500, expected 0.100. the step"));
  EXPECT_THAT(text, HasSubstr("4 records of layers at 2 steps"));
  EXPECT_THAT(text, Not(HasSubstr("validation")));
}

TEST(RunsReport, SaysWhenADifferenceIsNotEstablished) {
  std::vector<StoredRun> runs{run_of(1, "a", 1, 0.9), run_of(2, "b", 1, 0.8), run_of(3, "a", 2, 0.7),
                              run_of(4, "b", 2, 0.75), run_of(5, "a", 3, 0.7)};
  EXPECT_THAT(pairs_report(experiment::pair_runs(runs, "a", "b"), kWide),
              AllOf(HasSubstr("a minus b: +2.50 ± "), HasSubstr("over 2 pairs"), HasSubstr("not established"),
                    HasSubstr("1 run without a partner"), HasSubstr("-5.00")));
  EXPECT_THAT(pairs_report(experiment::pair_runs(std::span(runs).first(2), "a", "b"), kWide),
              HasSubstr("from one pair: nothing is established"));
  runs[3].seed = 9;
  runs[1].seed = 8;
  EXPECT_THAT(pairs_report(experiment::pair_runs(runs, "a", "b"), kWide), HasSubstr("There is no pair"));
}

TEST(RunsReport, NamesTheBetterOneWhenItIsEstablished) {
  std::vector<StoredRun> runs;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    runs.push_back(run_of(1, "a", seed, 0.9 + 1e-4 * static_cast<double>(seed)));
    runs.push_back(run_of(2, "b", seed, 0.8));
  }
  for (StoredRun& run : runs) run.test_loss = 1 - run.test_accuracy;
  const auto pairs = experiment::pair_runs(runs, "b", "a");
  EXPECT_THAT(pairs_report(pairs, kWide), HasSubstr(". a is better."));
  EXPECT_THAT(pairs_report(experiment::pair_runs(runs, "b", "a", &experiment::find_run_number("test_loss")), kWide),
              HasSubstr(". a is better."));
  const auto json = parse_json(pairs_json(pairs));
  EXPECT_EQ(json["first"], "b");
  EXPECT_EQ(json["pairs"].size(), 3U);
  EXPECT_EQ(json["difference_established"], true);
  EXPECT_NEAR(json["difference_mean"].get<double>(), -0.1002, 1e-12);
}

}  // namespace
}  // namespace fanin::report
