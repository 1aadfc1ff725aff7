#include "fanin/experiment/store/paired.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

StoredRun run_of(const std::string& init, std::uint64_t seed, double accuracy, const std::string& settings = "{}") {
  StoredRun run{.experiment = 1, .key = init + std::to_string(seed), .init = init, .seed = seed, .settings = settings};
  run.test_accuracy = accuracy;
  run.test_loss = 1 - accuracy;
  return run;
}

TEST(PairedRuns, AreTakenSeedBySeed) {
  const std::vector<StoredRun> runs{run_of("a", 1, 0.9), run_of("b", 1, 0.8), run_of("a", 2, 0.7), run_of("b", 2, 0.5),
                                    run_of("a", 3, 0.6), run_of("b", 4, 0.1), run_of("c", 1, 0.99)};
  const PairedRuns pairs = pair_runs(runs, "a", "b");
  ASSERT_EQ(pairs.pairs.size(), 2U);
  EXPECT_EQ(pairs.pairs[1].seed, 2U);
  EXPECT_EQ(pairs.pairs[1].first, 0.7);
  EXPECT_EQ(pairs.pairs[1].second, 0.5);
  EXPECT_EQ(pairs.without_partner, 2);
  EXPECT_NEAR(pairs.difference.mean, 0.15, 1e-15);
  // Differences 0.1 and 0.2: s = 0.0707107, Student's t at 0.975 with one degree of freedom 12.7062.
  EXPECT_NEAR(pairs.difference.half_width, 12.7062 * 0.0707107 / std::sqrt(2.0), 1e-5);
  EXPECT_FALSE(pairs.established);
  EXPECT_EQ(pairs.number.name, "test_accuracy");
}

TEST(PairedRuns, EstablishADifferenceThatNoiseCannotExplain) {
  std::vector<StoredRun> runs;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const double common = 0.1 * static_cast<double>(seed);  // what both share: pairing takes it away
    runs.push_back(run_of("a", seed, common + 0.02 + 1e-4 * static_cast<double>(seed % 2)));
    runs.push_back(run_of("b", seed, common));
  }
  EXPECT_TRUE(pair_runs(runs, "a", "b").established);
  EXPECT_FALSE(pair_runs(std::span(runs).first(2), "a", "b").established);  // one pair
}

TEST(PairedRuns, LeaveOutWhatHasNoEnd) {
  std::vector<StoredRun> runs{run_of("a", 1, 0.9), run_of("b", 1, 0.8), run_of("a", 2, 0.7), run_of("b", 2, 0.5)};
  runs[3].status = StoredStatus::diverged;
  const PairedRuns pairs = pair_runs(runs, "a", "b");
  EXPECT_EQ(pairs.pairs.size(), 1U);
  EXPECT_EQ(pairs.left_out, 1);
  EXPECT_EQ(pairs.without_partner, 1);
}

TEST(PairedRuns, CompareASettingWithEverythingElseEqual) {
  const std::vector<StoredRun> runs{run_of("a", 1, 0.9, R"({"init":"a","gain":1.5,"depth":3})"),
                                    run_of("a", 1, 0.8, R"({"init":"a","gain":1,"depth":3})"),
                                    run_of("b", 1, 0.5, R"({"init":"b","gain":1.5,"depth":3})"),
                                    run_of("b", 1, 0.1, R"({"init":"b","gain":1.0,"depth":3})"),
                                    run_of("b", 1, 0.2, R"({"init":"b","gain":1,"depth":4})")};
  const PairedRuns pairs = pair_runs(runs, "gain=1.5", "gain=1");
  ASSERT_EQ(pairs.pairs.size(), 2U);
  EXPECT_EQ(pairs.pairs[0].second, 0.8);
  EXPECT_EQ(pairs.pairs[1].second, 0.1);
  EXPECT_EQ(pairs.pairs[0].settings, R"({"init":"a","depth":3})");
  EXPECT_EQ(pairs.without_partner, 1);
}

// As a sweep stores them: numbers as texts, and the gain in the initialization's text too.
TEST(PairedRuns, CompareWhatTheInitializationSaysToo) {
  std::vector<StoredRun> runs;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    for (const std::string& init : {std::string("he_normal"), std::string("lecun_normal")}) {
      for (const std::string& gain : {std::string("1"), std::string("1.5")}) {
        std::string settings = R"({"init":")";
        settings.append(init).append(R"(","gain":")").append(gain).append("\",\"seed\":").append(std::to_string(seed));
        runs.push_back(run_of(init + "(gain=" + gain + ")", seed, gain == "1" ? 0.5 : 0.6, settings + "}"));
      }
    }
  }
  EXPECT_EQ(pair_runs(runs, "gain=1.5", "gain=1").pairs.size(), 6U);
  EXPECT_EQ(pair_runs(runs, "gain=1.50", "gain=1.0").pairs.size(), 6U);
  EXPECT_EQ(pair_runs(runs, "init=he_normal", "init=lecun_normal").pairs.size(), 6U);
  const PairedRuns inits = pair_runs(runs, "he_normal(gain=1)", "he_normal(gain=1.5)");
  EXPECT_EQ(inits.pairs.size(), 3U);
  EXPECT_NEAR(inits.difference.mean, -0.1, 1e-12);
  const std::vector<StoredRun> map{run_of("lecun_normal(gain=1)", 1, 0.5, R"({"weight_variance":"1"})"),
                                   run_of("lecun_normal(gain=2)", 1, 0.4, R"({"weight_variance":"4"})")};
  EXPECT_EQ(pair_runs(map, "weight_variance=1", "weight_variance=4").pairs.size(), 1U);
}

TEST(PairedRuns, FindInitializationsThatHoldAnEqualsSign) {
  const std::vector<StoredRun> runs{run_of("normal(std=0.01)", 1, 0.9), run_of("zeros", 1, 0.1)};
  EXPECT_EQ(pair_runs(runs, "normal(std=0.01)", "zeros").pairs.size(), 1U);
}

TEST(PairedRuns, SayWhatTheyCannotCompare) {
  const std::vector<StoredRun> runs{run_of("he_normal", 1, 0.9, R"({"gain":1})"), run_of("zeros", 1, 0.1)};
  try {
    pair_runs(runs, "he_norml", "zeros");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("he_normal"), std::string::npos) << error.what();
  }
  EXPECT_THROW(pair_runs(runs, "zeros", "zeros"), Error);
  EXPECT_THROW(pair_runs(runs, "gain=1", "zeros"), Error);
  EXPECT_THROW(pair_runs({}, "a", "b"), Error);
}

TEST(PairedRuns, SurviveSettingsOfAnyKind) {
  std::string deep(100'000, '[');
  for (const std::string& settings : {deep, std::string("{\"a\":") + deep, std::string("null"), std::string("{"),
                                      std::string("\xff\xfe"), std::string("{\"gain\":\"\xff\"}")}) {
    const std::vector<StoredRun> runs{run_of("a", 1, 0.9, settings), run_of("b", 1, 0.8, settings)};
    EXPECT_EQ(pair_runs(runs, "a", "b").pairs.size(), 1U);
    EXPECT_THROW(pair_runs(runs, "gain=1", "b"), Error);
  }
}

}  // namespace
}  // namespace fanin::experiment
