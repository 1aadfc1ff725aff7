#include "fanin/experiment/sweep/sweep_summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "tests/support/json.hpp"

namespace fanin::experiment {
namespace {

using tests::parse_json;
/// What a run of these settings is to have given.
using Outcome = std::function<StoredRun(const SweepPoint& point)>;

SweepResult result_of(const std::string& text, const Outcome& outcome) {
  SweepResult result;
  std::string whole = "name = \"a\"\n";
  whole.append(text);
  result.plan = parse_sweep(whole, "s.toml");
  result.train_rows = 100;
  result.validation_rows = result.plan.data_options.validation_fraction > 0 ? 10 : 0;
  result.test_rows = 20;
  result.chance_accuracy = 0.1;
  result.validation_chance = 0.1;
  result.points = expand(result.plan);
  for (const SweepPoint& point : result.points) result.runs.emplace_back(outcome(point));
  return result;
}

double number_at(const SweepPoint& point, const std::string& key) {
  for (const SettingValue& value : point.values) {
    if (value.key == key) return *parse_number(value.value);
  }
  return std::nan("");
}
bool is(const SweepPoint& point, const std::string& key, const std::string& wanted) {
  return std::any_of(point.values.begin(), point.values.end(),
                     [&](const SettingValue& value) { return value.key == key && value.value == wanted; });
}

StoredRun finished(double validation, double test) {
  StoredRun run;
  run.validation_accuracy = validation;
  run.validation_loss = 1 - validation;
  run.test_accuracy = test;
  run.test_loss = 1 - test;
  return run;
}

constexpr const char* kRates =
    "select = \"learning_rate\"\n[data]\nvalidation = 0.1\n[axes]\ninit = [\"he_normal\", \"zeros\"]\n"
    "learning_rate = [0.001, 0.01, 0.1]\nseeds = 2";

TEST(SweepSummary, ChoosesTheRateByValidationAndReportsItsTestScoreAlone) {
  // The test score of the largest rate is the best one: choosing by it would give 0.9.
  const SweepResult result = result_of(kRates, [](const SweepPoint& point) {
    const double rate = number_at(point, "learning_rate");
    if (is(point, "init", "zeros")) return finished(rate == 0.001 ? 0.3 : 0.2, 0.25);
    return finished(rate == 0.01 ? 0.8 : 0.7, rate == 0.1 ? 0.9 : 0.75 + 0.02 * static_cast<double>(point.seed));
  });
  const SweepSummary summary = summarize(result);
  ASSERT_EQ(summary.rows.size(), 2U);
  EXPECT_EQ(summary.rows[0].learning_rate, "0.01");
  EXPECT_FALSE(summary.rows[0].rate_at_edge);
  EXPECT_EQ(summary.rows[0].runs, 2);
  EXPECT_NEAR(summary.rows[0].score.mean, 0.78, 1e-12);
  EXPECT_NEAR(summary.rows[0].validation_mean, 0.8, 1e-12);
  EXPECT_EQ(summary.rows[1].learning_rate, "0.001");
  EXPECT_TRUE(summary.rows[1].rate_at_edge);
  EXPECT_EQ(to_string(summary.rows[1].values), "init=zeros");
}

// A run that is lost at the larger rate, so that the score of a lost run decides: nothing that the test rows say may.
TEST(SweepSummary, ChoosesTheSameWhateverTheTestRowsAre) {
  const auto outcome = [](const SweepPoint& point) {
    StoredRun run = finished(number_at(point, "learning_rate") == 0.1 ? 0.95 : 0.5, 0.5);
    if (number_at(point, "learning_rate") == 0.1 && point.seed == 2) run.status = StoredStatus::diverged;
    return run;
  };
  for (const double chance : {0.01, 0.1, 0.9}) {
    for (const double test : {0.0, 0.3, 1.0}) {
      SweepResult result = result_of(kRates, outcome);
      result.chance_accuracy = chance;
      for (std::size_t i = 0; i < result.runs.size(); ++i) {
        result.runs[i]->test_accuracy = i % 2 == 0 ? test : 1 - test;
        result.runs[i]->test_loss = test;
      }
      const SweepSummary summary = summarize(result);
      EXPECT_EQ(summary.rows[0].learning_rate, "0.1") << chance << " " << test;
      EXPECT_EQ(summary.comparison->best, "he_normal");
      EXPECT_NEAR(summary.rows[0].validation_mean, 0.525, 1e-12);
    }
  }
}

TEST(SweepSummary, SaysNothingOfOneSeedNorOfRunsThatAreAllLostOrAllEqual) {
  constexpr const char* kInits = "[axes]\ninit = [\"glorot_normal\", \"he_normal\"]\nseeds = ";
  const auto equal = [](const SweepPoint&) { return finished(0, 0.8); };
  for (const char* seeds : {"1", "2", "8"}) {
    const SweepSummary summary = summarize(result_of(std::string(kInits) + seeds, equal));
    EXPECT_FALSE(summary.comparison->pairs[0].established);
    EXPECT_EQ(summary.comparison->pairs[0].difference.mean, 0);
  }
  const auto apart = [](const SweepPoint& point) { return finished(0, is(point, "init", "he_normal") ? 0.9 : 0.8); };
  EXPECT_FALSE(summarize(result_of(std::string(kInits) + "1", apart)).comparison->pairs[0].established);
  EXPECT_FALSE(summarize(result_of(std::string(kInits) + "2", apart)).comparison->pairs[0].established);
  EXPECT_TRUE(summarize(result_of(std::string(kInits) + "6", apart)).comparison->pairs[0].established);
  const auto lost = [](const SweepPoint&) {
    StoredRun run;
    run.status = StoredStatus::diverged;
    return run;
  };
  SweepResult all_lost = result_of(std::string(kInits) + "8", lost);
  const SweepSummary at_chance = summarize(all_lost);
  for (const double mean : at_chance.comparison->mean_score) EXPECT_NEAR(mean, 0.1, 1e-12);
  EXPECT_FALSE(at_chance.comparison->pairs[0].established);
  all_lost.has_accuracy = false;  // no score stands for a lost run
  EXPECT_EQ(summarize(all_lost).comparison->best, "");
}

TEST(SweepSummary, CountsRunsThatDidNotReachTheirEndAtChance) {
  const SweepResult result = result_of(kRates, [](const SweepPoint& point) {
    StoredRun run = finished(0.6, 0.5);
    // Of the middle rate one run is better and one diverges: 0.9 and 0.1 are worse than twice 0.6.
    if (number_at(point, "learning_rate") == 0.01) {
      run = finished(0.9, 0.9);
      if (point.seed == 2) run.status = StoredStatus::diverged;
    }
    if (is(point, "init", "zeros")) run.status = StoredStatus::abandoned;
    return run;
  });
  const SweepSummary summary = summarize(result);
  EXPECT_EQ(summary.rows[0].learning_rate, "0.001");
  EXPECT_NEAR(summary.rows[0].score.mean, 0.5, 1e-12);
  EXPECT_EQ(summary.rows[1].abandoned, 2);
  EXPECT_NEAR(summary.rows[1].score.mean, 0.1, 1e-12);
}

TEST(SweepSummary, ComparesOverBlocksOfEverythingElse) {
  const SweepResult result =
      result_of("[axes]\ndepth = [2, 4, 8]\ninit = [\"glorot_normal\", \"he_normal\", \"zeros\"]\nseeds = 3",
                [](const SweepPoint& point) {
                  const double base = 0.5 + 0.01 * number_at(point, "depth") + 0.001 * static_cast<double>(point.seed);
                  if (is(point, "init", "zeros")) return finished(0, 0.1);
                  return finished(
                      0, base + (is(point, "init", "he_normal") ? 0.05 + 0.001 * static_cast<double>(point.seed) : 0));
                });
  const SweepSummary summary = summarize(result);
  ASSERT_TRUE(summary.comparison);
  const SweepComparison& comparison = *summary.comparison;
  EXPECT_EQ(comparison.key, "init");
  EXPECT_EQ(comparison.best, "he_normal");
  EXPECT_FALSE(comparison.chosen_by_validation);
  EXPECT_EQ(comparison.ranks.blocks, 9);
  EXPECT_EQ(comparison.ranks.mean_rank, (std::vector<double>{2, 1, 3}));
  ASSERT_EQ(comparison.pairs.size(), 2U);
  EXPECT_EQ(comparison.pairs[0].value, "glorot_normal");
  EXPECT_EQ(comparison.pairs[0].difference.count, 9);
  EXPECT_NEAR(comparison.pairs[0].difference.mean, 0.052, 1e-12);
  // Nine differences of one sign: 2/512 for each of the three pairs that there are.
  EXPECT_NEAR(comparison.pairs[0].free_p_value, 6.0 / 512, 1e-15);
  EXPECT_EQ(comparison.family, 3);
  EXPECT_EQ(comparison.free_test_from, 7);
  EXPECT_TRUE(comparison.pairs[0].established);
  EXPECT_GE(comparison.pairs[0].bootstrap.low, 0.051);
  EXPECT_LE(comparison.pairs[0].bootstrap.high, 0.053);
}

TEST(SweepSummary, EstablishesNothingThatCouldBeChance) {
  const SweepResult result =
      result_of("[axes]\ninit = [\"glorot_normal\", \"he_normal\"]\nseeds = 8", [](const SweepPoint& point) {
        const double wave = 0.02 * std::sin(2.5 * static_cast<double>(point.seed));
        return finished(0, 0.8 + (is(point, "init", "he_normal") ? wave + 0.001 : 0));
      });
  const SweepSummary summary = summarize(result);
  EXPECT_FALSE(summary.comparison->pairs[0].established);
  EXPECT_GT(summary.comparison->pairs[0].t_p_value, 0.2);
}

TEST(SweepSummary, LeavesOutBlocksThatAreNotWhole) {
  SweepResult result = result_of("[axes]\ninit = [\"glorot_normal\", \"he_normal\"]\nseeds = 3",
                                 [](const SweepPoint&) { return finished(0, 0.8); });
  result.runs[1].reset();
  result.runs[2]->status = StoredStatus::failed;
  const SweepSummary summary = summarize(result);
  EXPECT_EQ(summary.comparison->ranks.blocks, 1);
  EXPECT_EQ(summary.rows[1].runs, 2);
  EXPECT_EQ(summary.rows[0].failed, 1);
  for (auto& run : result.runs) run.reset();
  EXPECT_EQ(summarize(result).comparison->best, "");
  EXPECT_TRUE(std::isnan(summarize(result).rows[0].score.mean));
}

TEST(SweepSummary, JudgesByLossWhereNothingIsRightOrWrong) {
  SweepResult result =
      result_of("[axes]\ninit = [\"glorot_normal\", \"he_normal\"]\nseeds = 2",
                [](const SweepPoint& point) { return finished(0, is(point, "init", "he_normal") ? 0.9 : 0.4); });
  result.has_accuracy = false;
  result.chance_accuracy = std::nan("");
  const SweepSummary summary = summarize(result);
  EXPECT_NEAR(summary.rows[1].score.mean, 0.1, 1e-12);
  EXPECT_EQ(summary.comparison->best, "he_normal");
  EXPECT_NEAR(summary.comparison->pairs[0].difference.mean, 0.5, 1e-12);
}

TEST(SweepSummary, AsJsonHoldsItsNumbers) {
  const SweepResult result = result_of(kRates, [](const SweepPoint&) { return finished(0.5, 0.25); });
  const nlohmann::json json = parse_json(to_json(result, summarize(result)));
  EXPECT_EQ(json.at("rows").size(), 2U);
  EXPECT_EQ(json.at("rows")[0].at("learning_rate"), "0.001");
  EXPECT_EQ(json.at("rows")[0].at("test").at("mean"), 0.25);
  EXPECT_EQ(json.at("runs").size(), 12U);
  EXPECT_EQ(json.at("runs")[0].at("status"), "finished");
  EXPECT_EQ(json.at("comparison").at("pairs").size(), 1U);
  EXPECT_FALSE(json.at("comparison").at("pairs")[0].at("established").get<bool>());
  EXPECT_TRUE(json.at("runs")[0].at("seconds").is_null());
}

}  // namespace
}  // namespace fanin::experiment
