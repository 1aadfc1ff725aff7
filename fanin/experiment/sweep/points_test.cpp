#include "fanin/experiment/sweep/points.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/training/small_for_test.hpp"

namespace fanin::experiment {
namespace {

SweepPlan plan_of(const std::string& rest) {
  std::string text = "name = \"a\"\n";
  text.append(rest);
  return parse_sweep(text, "s.toml");
}
std::vector<SweepPoint> points_of(const std::string& rest) { return expand(plan_of(rest)); }

std::vector<double> numbers_of(const std::vector<SweepPoint>& points, std::size_t axis) {
  std::vector<double> numbers;
  for (const SweepPoint& point : points) numbers.push_back(*parse_number(point.values[axis].value));
  return numbers;
}

TEST(Points, OfAGridAreAllOfThemSeedAfterSeed) {
  const std::vector<SweepPoint> points =
      points_of("[axes]\ndepth = [2, 3]\ninit = [\"zeros\", \"he_normal\"]\nseeds = 2");
  ASSERT_EQ(points.size(), 8U);
  EXPECT_EQ(to_string(points[0].values), "depth=2, init=zeros");
  EXPECT_EQ(to_string(points[1].values), "depth=2, init=he_normal");
  EXPECT_EQ(to_string(points[2].values), "depth=3, init=zeros");
  EXPECT_EQ(points[3].seed, 1U);
  EXPECT_EQ(points[4].seed, 2U);
  EXPECT_EQ(points[4].settings.seed, 2U);
  EXPECT_EQ(points[5].settings.net, "mlp(depth=2)");
  EXPECT_EQ(points[5].settings.init, "he_normal");
  EXPECT_EQ(points[5].settings.chunks, 1);
  EXPECT_EQ(points[5].settings.threads, 1);
}

TEST(Points, MakeNetworksAndInitializationsOfTheirSettings) {
  const std::string axes =
      "[base]\nbias_variance = 0.04\nnet = \"mlp(dropout=0.1)\"\noptimizer = \"momentum\"\n"
      "[axes]\nwidth = [9]\nnormalization = [\"layer\"]\nresidual = [true]\nweight_variance = [4]";
  const SweepPoint point = points_of(axes).front();
  EXPECT_EQ(point.settings.net, "mlp(dropout=0.1, width=9, norm=layer, residual=true)");
  EXPECT_EQ(point.settings.init, "lecun_normal(gain=2)");
  EXPECT_EQ(point.settings.init_for, "*.bias=normal(std=0.2)");
  EXPECT_EQ(point.settings.learning_rate, 0.01);  // the optimizer's default
  EXPECT_EQ(points_of("[axes]\ngain = [1.5]\ninit = [\"glorot_normal\"]").front().settings.init,
            "glorot_normal(gain=1.5)");
}

TEST(Points, ThatAreTheSameRunAreOne) {
  // The default rate of adam is 0.001, and xavier_normal is another name of glorot_normal.
  EXPECT_EQ(points_of("[axes]\ninit = [\"glorot_normal\", \"xavier_normal\"]\nlearning_rate = [0.001]").size(), 1U);
  EXPECT_EQ(points_of("[base]\ninit=\"he_normal\"").front().key,
            points_of("[axes]\nlearning_rate = [0.001]").front().key);
}

TEST(Points, HaveKeysThatEverySettingChanges) {
  const std::string axes = "[axes]\ndepth = [2]\n";
  std::set<std::string> keys{points_of(axes).front().key};
  for (const char* other : {"[base]\nepochs = 9\n", "[data]\nlimit_train = 9\n", "[data]\nvalidation = 0.3\n",
                            "[base]\nseed = 9\n", "give_up_after = 0.9\n", "[base]\nactivation = \"tanh\"\n"}) {
    EXPECT_TRUE(keys.insert(points_of(std::string(other).append(axes)).front().key).second) << other;
  }
}

// Known answers: what this plan gave first. They hold on every machine, or shards of one sweep would not fit together.
TEST(Points, AreTheSameOnEveryMachine) {
  const std::vector<SweepPoint> points = points_of(
      "sampling = \"latin_hypercube\"\ncount = 4\nseed = 3\n[axes]\nlearning_rate = {from = 1e-4, to = 1, scale = "
      "\"log\"}\nwidth = {from = 10, to = 90}");
  std::string text;
  for (const SweepPoint& point : points) text += to_string(point.values) + "; ";
  EXPECT_EQ(text,
            "width=47, learning_rate=0.0100535; width=56, learning_rate=0.0019771; width=17, learning_rate=0.240937; "
            "width=79, learning_rate=0.000176896; ");
  EXPECT_EQ(points.front().key, "ceb31e424a27fede");
}

TEST(Points, OfALatinHypercubeFallIntoEachStratumOnce) {
  const std::vector<SweepPoint> points = points_of(
      "sampling = \"latin_hypercube\"\ncount = 20\n[axes]\nlearning_rate = {from = 1e-4, to = 1, scale = \"log\"}\n"
      "residual = [true, false]\ngain = {from = 1, to = 3}\nseeds = 2");
  ASSERT_EQ(points.size(), 40U);
  std::set<int> rates;
  std::set<int> gains;
  int residual = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(points[i].values, points[i + 20].values);  // each seed has the same ones
    residual += points[i].values[0].value == "true" ? 1 : 0;
    gains.insert(static_cast<int>((*parse_number(points[i].values[1].value) - 1) / 0.1));
    rates.insert(static_cast<int>((std::log10(*parse_number(points[i].values[2].value)) + 4) / 0.2));
  }
  EXPECT_EQ(gains.size(), 20U);
  EXPECT_EQ(rates.size(), 20U);
  EXPECT_EQ(residual, 10);
}

TEST(Points, DrawnAtRandomCoverTheirRange) {
  const std::vector<double> gains =
      numbers_of(points_of("sampling = \"random\"\ncount = 400\n[axes]\ngain = {from = 1, to = 3}"), 0);
  EXPECT_TRUE(std::all_of(gains.begin(), gains.end(), [](double gain) { return gain >= 1 && gain <= 3; }));
  double sum = 0;
  for (const double gain : gains) sum += gain;
  EXPECT_NEAR(sum / 400, 2, 5 * (2 / std::sqrt(12.0)) / 20);  // five standard errors
  EXPECT_EQ(std::set<double>(gains.begin(), gains.end()).size(), 400U);
}

TEST(Points, DrawnTakeTheComparedAxisAndTheSelectedRateInFull) {
  const std::vector<SweepPoint> points = points_of(
      "sampling = \"random\"\ncount = 3\nselect = \"learning_rate\"\n[data]\nvalidation = 0.1\n[axes]\n"
      "gain = {from = 0.5, to = 2}\ninit = [\"he_normal\", \"glorot_normal\"]\nlearning_rate = [0.1, 0.01]");
  EXPECT_EQ(points.size(), 3U * 2 * 2);
  EXPECT_EQ(points[0].values[1].value, points[3].values[1].value);  // the drawn gain of the first four
}

TEST(Points, OfAWildNumberAreRefusedBeforeAnyIsMade) {
  const std::string wild = "sampling = \"random\"\ncount = 1000000000\n[axes]\ngain = {from = 1, to = 2}\nseeds = 10";
  EXPECT_EQ(refusal([&] { points_of(wild); }),
            "bad_value: sweep a: it has 1e+10 runs (10 seeds x 1000000000 points drawn), more than 10000; take fewer "
            "values, draw some with sampling = \"latin_hypercube\", or allow them by --max-runs");
  const std::string clash = "[axes]\ninit = [\"zeros\"]\ngain = [2]";
  EXPECT_NE(refusal([&] { points_of(clash); }), "accepted");
}

TEST(Shards, AreDisjointAndTogetherEverything) {
  const std::vector<SweepPoint> points = points_of("[axes]\ndepth = [1, 2, 3, 4, 5]\nseeds = 5");
  std::set<std::size_t> all;
  for (std::int64_t i = 0; i < 4; ++i) {
    const std::vector<std::size_t> part = shard_of(points, i, 4);
    EXPECT_GE(part.size(), 6U);
    for (const std::size_t at : part) EXPECT_TRUE(all.insert(at).second);
  }
  EXPECT_EQ(all.size(), 25U);
  EXPECT_NE(refusal([&] { shard_of(points, 4, 4); }), "accepted");
}

TEST(Points, DrawTheEndsOfARangeOfWholeNumbersAsOftenAsTheOthers) {
  std::map<double, int> counts;
  for (const double depth : numbers_of(points_of("sampling = \"latin_hypercube\"\ncount = 300\n"
                                                 "[axes]\ndepth = {from = 2, to = 4}\nwidth = {from = 8, to = 4000}"),
                                       0)) {
    ++counts[depth];
  }
  ASSERT_EQ(counts.size(), 3U);
  for (const auto& [depth, count] : counts) EXPECT_NEAR(count, 100, 1) << depth;
}

// The first points drawn at random stay when more are drawn; those of a Latin hypercube are of one size.
TEST(Points, DrawnAtRandomAreTheFirstOfMore) {
  const auto keys = [](const std::string& sampling, int count) {
    std::string text = "sampling = \"";
    text.append(sampling).append("\"\ncount = ").append(std::to_string(count));
    std::vector<std::string> out;
    for (const SweepPoint& point :
         points_of(text + "\n[axes]\nlearning_rate = {from = 1e-4, to = 1, scale = \"log\"}")) {
      out.push_back(point.key);
    }
    return out;
  };
  std::vector<std::string> more = keys("random", 12);
  more.resize(8);
  EXPECT_EQ(more, keys("random", 8));
  EXPECT_EQ(keys("latin_hypercube", 8), keys("latin_hypercube", 8));
}

}  // namespace
}  // namespace fanin::experiment
