#include "fanin/report/sweep_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/sweep_map.hpp"
#include "fanin/report/sweep_progress.hpp"
#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using experiment::StoredRun;
using experiment::SweepPoint;
using experiment::SweepResult;
using tests::parse_json;

SweepResult result_of(const std::string& text, const std::function<double(const SweepPoint&)>& accuracy) {
  SweepResult result;
  result.plan = experiment::parse_sweep(text, "s.toml");
  result.data_name = "spirals";
  result.train_rows = 1000;
  result.test_rows = 200;
  result.chance_accuracy = 0.1;
  result.points = experiment::expand(result.plan);
  for (const SweepPoint& point : result.points) {
    StoredRun run;
    run.test_accuracy = accuracy(point);
    run.seconds = 1;
    result.runs.emplace_back(run);
  }
  return result;
}

std::string report_of(const SweepResult& result) {
  Terminal terminal;
  terminal.width = 2000;  // nothing wraps
  return sweep_report(result, experiment::summarize(result), terminal);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr const char* kInits = "name = \"inits\"\n[axes]\ninit = [\"glorot_normal\", \"he_normal\"]\nseeds = 8\n";

TEST(SweepReport, NamesAWinnerOnlyWhereTheDifferenceIsEstablished) {
  const std::string clear = report_of(result_of(kInits, [](const SweepPoint& point) {
    return (point.settings.init == "he_normal" ? 0.9 : 0.8) + 0.001 * static_cast<double>(point.seed % 3);
  }));
  EXPECT_TRUE(has(clear, "he_normal is better")) << clear;
  const std::string unclear = report_of(result_of(kInits, [](const SweepPoint& point) {
    return 0.8 + (point.settings.init == "he_normal" ? 0.02 * std::sin(2.5 * static_cast<double>(point.seed)) : 0);
  }));
  EXPECT_TRUE(has(unclear, "not established")) << unclear;
  EXPECT_FALSE(has(unclear, "is better"));
  EXPECT_TRUE(has(unclear, "found on the test rows"));
}

TEST(SweepPage, HasThePointsRankedAndTheMapAcrossTheWeightVariance) {
  const SweepResult result = result_of(
      "name = \"map\"\n[base]\nactivation = \"tanh\"\n[axes]\ndepth = [10, 20]\nweight_variance = [1.0, 4.0]\n",
      [](const SweepPoint& point) { return 0.5 + *parse_number(point.values[0].value) / 100; });
  const auto page = parse_json(sweep_page_data(result, experiment::summarize(result), "fanin sweep map.toml"));
  EXPECT_EQ(page["kind"], "sweep");
  EXPECT_EQ(page["command"], "fanin sweep map.toml");
  EXPECT_EQ(page["sweep"]["axes"], (nlohmann::json{"weight_variance", "depth"}));
  ASSERT_EQ(page["sweep"]["points"].size(), 4U);
  for (const auto& point : page["sweep"]["points"]) {
    const bool deep = point["values"][1] == "20";
    EXPECT_DOUBLE_EQ(point["mean"].get<double>(), deep ? 0.7 : 0.6);
    EXPECT_EQ(point["rank"], deep ? 1 : 3) << "equal scores share a rank";
  }
  ASSERT_EQ(page["sweep"]["lines"].size(), 1U);
  EXPECT_EQ(page["sweep"]["lines"][0]["x"], (nlohmann::json{1.0, 4.0}));
  EXPECT_GT(page["sweep"]["lines"][0]["y"][1].get<double>(), 0);
}

TEST(SweepPage, SaysWhichDifferencesAreEstablished) {
  const SweepResult result = result_of(kInits, [](const SweepPoint& point) {
    return (point.settings.init == "he_normal" ? 0.9 : 0.8) + 0.001 * static_cast<double>(point.seed % 3);
  });
  const auto page = parse_json(sweep_page_data(result, experiment::summarize(result), ""));
  const std::string outcome = page["outcome"];
  EXPECT_TRUE(has(outcome, "he_normal has the best mean; it is better than glorot_normal")) << outcome;
}

TEST(SweepReport, SaysWhatDidNotReachItsEnd) {
  SweepResult result = result_of(kInits, [](const SweepPoint&) { return 0.5; });
  result.runs[0]->status = experiment::StoredStatus::diverged;
  result.runs[1]->status = experiment::StoredStatus::abandoned;
  result.runs[2]->status = experiment::StoredStatus::failed;
  result.runs[2]->message = "--batch-size: 5 is outside [1, 2]";
  result.runs[3].reset();
  const std::string text = report_of(result);
  EXPECT_TRUE(has(text, "15 of 16 runs, 1 diverged, 1 given up at chance level, 1 failed")) << text;
  EXPECT_TRUE(has(text, "1 run failed, init=glorot_normal, seed 2: --batch-size: 5 is outside [1, 2]")) << text;
  EXPECT_TRUE(has(text, "tries each of them once more"));
  EXPECT_TRUE(has(text, "count as 10.0 %"));
}

TEST(SweepReport, NamesEachErrorOnce) {
  SweepResult result = result_of(kInits, [](const SweepPoint&) { return 0.5; });
  for (std::size_t i = 0; i < result.runs.size(); ++i) {
    result.runs[i]->status = experiment::StoredStatus::failed;
    result.runs[i]->message = i % 2 == 0 ? "this one" : "that one";
  }
  const std::string text = report_of(result);
  EXPECT_TRUE(has(text, "8 runs failed; the first, init=glorot_normal, seed 1: this one")) << text;
  EXPECT_TRUE(has(text, "8 runs failed; the first, init=he_normal, seed 1: that one")) << text;
  EXPECT_TRUE(has(text, "No setting has a score of each init: runs that failed have none")) << text;
}

TEST(SweepReport, SaysWhenNothingDiffersAndWhenThereIsOneSeed) {
  const std::string equal = report_of(result_of(kInits, [](const SweepPoint&) { return 0.5; }));
  EXPECT_TRUE(has(equal, "equal in every block")) << equal;
  EXPECT_FALSE(has(equal, "is better"));
  const std::string one =
      report_of(result_of("name = \"inits\"\n[axes]\ninit = [\"glorot_normal\", \"he_normal\"]\n",
                          [](const SweepPoint& point) { return point.settings.init == "he_normal" ? 0.9 : 0.1; }));
  EXPECT_TRUE(has(one, "one pair establishes nothing")) << one;
  EXPECT_FALSE(has(one, "is better"));
  SweepResult lost = result_of(kInits, [](const SweepPoint&) { return 0.5; });
  for (auto& run : lost.runs) run->status = experiment::StoredStatus::diverged;
  const std::string all_lost = report_of(lost);
  EXPECT_TRUE(has(all_lost, "16 diverged")) << all_lost;
  EXPECT_TRUE(has(all_lost, "equal in every block")) << all_lost;
}

constexpr const char* kMap =
    "name = \"map\"\n[base]\nactivation = \"tanh\"\nbias_variance = 0.05\n[axes]\ndepth = [10, 20, "
    "100]\nweight_variance = "
    "[1.0, 1.75, 4.0]\n";

TEST(SweepMap, PutsTheoryOverDepthAndWeightVariance) {
  const SweepResult result =
      result_of(kMap, [](const SweepPoint& point) { return *parse_number(point.values[0].value) / 1000; });
  const auto map = sweep_map(result, experiment::summarize(result));
  ASSERT_TRUE(map);
  EXPECT_EQ(map->picture.row_title, "depth");
  EXPECT_EQ(map->picture.rows, (std::vector<std::string>{"10", "20", "100"}));
  EXPECT_EQ(map->picture.values[2][1], 0.1);
  // `fanin theory depth tanh` at these variances: far from the critical 1.76 the depth is short, near it long.
  EXPECT_LT(map->trainable_depth[0], 100);
  EXPECT_GT(map->trainable_depth[1], 1000);
  EXPECT_LT(map->trainable_depth[2], 60);
  EXPECT_EQ(map->picture.rows_above_line[1], 3U);
  EXPECT_TRUE(has(report_of(result), "six depth scales are 1: "));
}

TEST(SweepMap, IsThereForTwoNumbersOnly) {
  const SweepResult inits = result_of(kInits, [](const SweepPoint&) { return 0.5; });
  EXPECT_FALSE(sweep_map(inits, experiment::summarize(inits)));
  const SweepResult gains =
      result_of("name = \"g\"\n[axes]\ngain = [1, 2]\nwidth = [8, 16]\n", [](const SweepPoint&) { return 0.5; });
  const auto map = sweep_map(gains, experiment::summarize(gains));
  ASSERT_TRUE(map);
  EXPECT_TRUE(map->trainable_depth.empty());
}

TEST(SweepReport, FitsNarrowTerminals) {
  for (const int width : {40, 60, 100}) {
    Terminal terminal;
    terminal.width = width;
    const SweepResult result =
        result_of(kInits, [](const SweepPoint& point) { return 0.1 * static_cast<double>(point.seed % 7); });
    const std::string text = sweep_report(result, experiment::summarize(result), terminal);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      EXPECT_LE(display_width(text.substr(at, end - at)), static_cast<std::size_t>(width)) << text.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(SweepProgress, SaysHowFarAndHowLong) {
  const experiment::SweepMoment moment{.runs = 60, .done = 12, .kept = 2, .running = 2, .cost = 100, .cost_done = 40};
  EXPECT_EQ(sweep_moment_line(moment, 120, 0.5, Terminal{}), "12 of 60 runs  2 running  5 runs/min  2:00 left");
  Terminal narrow;
  narrow.interactive = true;
  for (const int width : {10, 30, 50, 120}) {
    narrow.width = width;
    EXPECT_LT(display_width(sweep_moment_line(moment, 120, 0.5, narrow)), static_cast<std::size_t>(width));
  }
  EXPECT_EQ(sweep_moment_line({.runs = 3}, 0, 0, Terminal{}), "0 of 3 runs  0 running  -:-- left");
}

}  // namespace
}  // namespace fanin::report
