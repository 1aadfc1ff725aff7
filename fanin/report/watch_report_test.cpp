#include "fanin/report/watch_report.hpp"

#include <gmock/gmock.h>

namespace fanin::report {
namespace {

using ::testing::HasSubstr;

const Terminal kWide{.interactive = false, .color = false, .unicode = true, .width = 300, .height = 24};

observe::Diagnosis dead() {
  observe::Diagnosis diagnosis;
  diagnosis.verdict = observe::Verdict::unhealthy;
  diagnosis.reason = "A layer is dead.";
  diagnosis.findings.push_back({.problem = observe::Problem::dead_relu,
                                .layer = "layer1",
                                .severity = observe::Severity::error,
                                .quantity = "dead units",
                                .measured = {.value = 0.75},
                                .expected = {.value = 0.25, .error = 0.125},
                                .cause = "The bias is negative",
                                .remedy = "--init-for \"layer1.bias=zeros\""});
  return diagnosis;
}

TEST(WatchReport, NamesEachFindingWithItsNumbersAndRemedy) {
  std::string text;
  add_watch(text, dead(), std::nullopt, kWide);
  EXPECT_EQ(
      text,
      "\nWatched: unhealthy. A layer is dead.\n"
      "dead_relu in layer1: dead units is 0.750, expected 0.250 ± 0.125. The bias is negative. Remedy: --init-for "
      "\"layer1.bias=zeros\".\n");
}

TEST(WatchReport, NamesTheFirstValueThatIsNotFinite) {
  const observe::NonFinite found{
      .step = 11, .name = "layer2.dense", .tensor = "output", .element = 1234, .nan = false, .growth = {10, 2e20}};
  EXPECT_EQ(non_finite_text(found),
            "infinity in the output of layer2.dense, element 1,234, at step 12; its largest magnitudes before: 10.0, "
            "2.0e+20");
  std::string text;
  add_watch(text, dead(), found, kWide);
  EXPECT_THAT(text, HasSubstr("First value that is no finite number: infinity in the output of layer2.dense"));
}

TEST(WatchReport, SumsUpTheRunsOfEachInitialization) {
  const auto run = [](const char* init, std::uint64_t seed, const std::optional<observe::Diagnosis>& diagnosis) {
    experiment::RunResult result;
    result.init = init;
    result.seed = seed;
    result.diagnosis = diagnosis;
    return result;
  };
  observe::Diagnosis healthy;
  healthy.verdict = observe::Verdict::healthy;
  const std::vector<experiment::RunResult> runs{run("zeros", 1, dead()), run("he", 1, healthy),
                                                run("zeros", 2, healthy), run("he", 2, healthy),
                                                run("other", 1, std::nullopt)};
  std::vector<experiment::InitSummary> rows(3);
  rows[0].init = "zeros";
  rows[1].init = "he";
  rows[2].init = "other";
  std::string text;
  add_watched_runs(text, rows, runs, kWide);
  EXPECT_EQ(text, "\nWatched:\nzeros: dead_relu in layer1 (1 of 2 runs).\nhe: healthy.\n");
  std::string none;
  add_watched_runs(none, std::span(rows).subspan(2), runs, kWide);
  EXPECT_EQ(none, "");
}

}  // namespace
}  // namespace fanin::report
