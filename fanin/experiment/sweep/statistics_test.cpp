// The statistics of sweeps against closed forms, enumeration and published examples.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/sweep/all_pairs.hpp"
#include "fanin/experiment/sweep/bootstrap.hpp"
#include "fanin/experiment/sweep/paired_tests.hpp"
#include "fanin/experiment/sweep/rank_table.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(PairedT, WithTwoAndThreePairsIsTheClosedFormOfStudentsLaw) {
  // One degree of freedom: P(|T| > t) = 1 - (2/π) atan t. Two: 1 - t/√(2 + t²).
  const std::vector<double> two{1.0, 3.0};  // mean 2, standard error 1
  EXPECT_NEAR(paired_t_p_value(two), 1 - 2 / std::numbers::pi * std::atan(2.0), 1e-14);
  const std::vector<double> three{1.0, 2.0, 6.0};  // mean 3, variance 7
  const double t = 3 / std::sqrt(7.0 / 3);
  EXPECT_NEAR(paired_t_p_value(three), 1 - t / std::sqrt(2 + t * t), 1e-14);
}

TEST(PairedT, SaysNothingOfOnePairAndOneOfNoDifference) {
  EXPECT_TRUE(std::isnan(paired_t_p_value(std::vector<double>{1.0})));
  EXPECT_EQ(paired_t_p_value(std::vector<double>{0.0, 0.0, 0.0}), 1);
  EXPECT_TRUE(std::isnan(paired_t_p_value(std::vector<double>{0.5, 0.5, 0.5})));
  EXPECT_TRUE(std::isnan(paired_t_p_value(std::vector<double>{0.9 - 0.8, 0.7 - 0.6})));  // equal but for rounding
}

TEST(SignFlip, AgreesWithAllSignsWrittenOut) {
  const std::vector<double> d{0.3, -0.1, 0.25, 0.7, -0.02, 0.4, 0.1};
  int as_far = 0;
  for (int mask = 0; mask < 128; ++mask) {
    std::vector<double> flipped = d;
    for (std::size_t i = 0; i < d.size(); ++i) flipped[i] = ((mask >> i) & 1) != 0 ? -d[i] : d[i];
    if (std::abs(mean_of(flipped)) >= std::abs(mean_of(d)) - 1e-13) ++as_far;
  }
  EXPECT_EQ(sign_flip_p_value(d), as_far / 128.0);
  EXPECT_LT(as_far, 128);
}

TEST(SignFlip, OfDifferencesWithOneSignIsTheSmallestThereIs) {
  EXPECT_EQ(sign_flip_p_value(std::vector<double>{1, 2, 3, 4, 5}), 2.0 / 32);
  EXPECT_EQ(sign_flip_p_value(std::vector<double>(20, -0.1)), 2.0 / (1 << 20));
  EXPECT_EQ(sign_flip_p_value(std::vector<double>(4, 0.0)), 1);
  EXPECT_THROW(sign_flip_p_value(std::vector<double>(21, 1.0)), Error);
}

// P(W <= 8) for n = 10 is 25/1024: the critical value 8 at 5 % of every printed table (Wilcoxon & Wilcox 1964).
TEST(Wilcoxon, GivesThePrintedTablesCriticalValue) {
  const std::vector<double> d{-1, 2, 3, 4, 5, 6, -7, 8, 9, 10};  // negative ranks 1 + 7 = 8
  EXPECT_NEAR(wilcoxon_p_value(d), 2 * 25.0 / 1024, 1e-15);
}

TEST(Wilcoxon, WithTiesAndZerosAgreesWithAllSignsWrittenOut) {
  const std::vector<double> d{1, -1, 2, 0, 2, 2, -3, 4, 0, 1};
  const std::vector<double> sizes{1, 1, 2, 2, 2, 3, 4, 1};
  const std::vector<bool> positive{true, false, true, true, true, false, true, true};
  const std::vector<double> ranks = mid_ranks(sizes);
  double plus = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) plus += positive[i] ? ranks[i] : 0;
  const double smaller = std::min(plus, 36 - plus);
  int as_small = 0;
  for (int mask = 0; mask < 256; ++mask) {
    double sum = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) sum += ((mask >> i) & 1) != 0 ? ranks[i] : 0;
    if (sum <= smaller) ++as_small;
  }
  EXPECT_NEAR(wilcoxon_p_value(d), std::min(1.0, 2 * as_small / 256.0), 1e-15);
}

TEST(Wilcoxon, BeyondAHundredPairsIsClosePastTheLawThatItApproximates) {
  // The same differences with one pair fewer are computed exactly; one pair of a hundred moves p by little.
  std::vector<double> d;
  for (int i = 1; i <= 100; ++i) d.push_back(i % 5 < 2 ? -i : i);
  const double exact = wilcoxon_p_value(d);
  d.push_back(-0.5);  // the smallest rank: it adds 1 to all others and to its own side
  const double approximate = wilcoxon_p_value(d);
  EXPECT_GT(exact, 0.001);
  EXPECT_NEAR(approximate / exact, 1, 0.2);
}

TEST(Holm, AdjustsThePublishedExample) {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") in R.
  const std::vector<double> adjusted = holm(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  const std::vector<double> expected{0.03, 0.06, 0.06, 0.02};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
}

TEST(Holm, LeavesOutWhatIsUnknownAndStopsAtOne) {
  const std::vector<double> adjusted = holm(std::vector<double>{0.6, std::nan(""), 0.02, 0.7});
  EXPECT_NEAR(adjusted[2], 0.06, 1e-15);
  EXPECT_TRUE(std::isnan(adjusted[1]));
  EXPECT_EQ(adjusted[0], 1);
  EXPECT_EQ(adjusted[3], 1);
}

// Of six values a resampled mean is the smallest value with probability 6^-6: the tail, 0.24 %, lies beyond that.
TEST(Bootstrap, StaysWithinTheRangeOfItsValuesAndSaysNothingOfFive) {
  const std::vector<double> six{0.0, 1.0, 2.0, 3.0, 4.0, 20.0};
  const Interval interval = bootstrap_mean(six, "six");
  EXPECT_GT(interval.low, 0);
  EXPECT_LT(interval.low, 1.5);
  EXPECT_GT(interval.high, 10);
  EXPECT_LT(interval.high, 20);
  EXPECT_TRUE(std::isnan(bootstrap_mean(std::span(six).first(5), "five").low));
  EXPECT_TRUE(std::isnan(bootstrap_mean(std::span(six).first(5), "five").high));
}

double normal_value(const random::Stream& stream, std::uint64_t at) {
  double value = 0;
  random::fill(stream, at, random::Normal{}, std::span<double>(&value, 1));
  return value;
}

// The share of 600 intervals that hold the mean; its standard error is 1 %. Plain percentiles of six reach 86 %.
TEST(Bootstrap, HoldsTheMeanOfNormalValuesAsOftenAsItSays) {
  constexpr int kTrials = 600;
  for (const auto& [count, least] : {std::pair<std::size_t, double>{6, 0.9}, {10, 0.91}, {30, 0.92}}) {
    const random::Stream stream(7, "coverage/" + std::to_string(count));
    int held = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<double> values;
      for (std::size_t i = 0; i < count; ++i) {
        values.push_back(normal_value(stream, static_cast<std::uint64_t>(trial) * count + i));
      }
      const Interval interval = bootstrap_mean(values, "coverage", 1000);
      held += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
    }
    const double share = static_cast<double>(held) / kTrials;
    EXPECT_GE(share, least) << count;
    EXPECT_LE(share, 0.98) << count;
  }
}

TEST(Bootstrap, OfManyValuesIsCloseToTheNormalInterval) {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(std::sin(1.7 * i));
  double squares = 0;
  for (const double value : values) squares += (value - mean_of(values)) * (value - mean_of(values));
  const double error = std::sqrt(squares / 400 / 400);
  const Interval interval = bootstrap_mean(values, "many");
  // The 2.5 % quantile of 10,000 draws has a standard error of 0.027 standard deviations; five of them.
  EXPECT_NEAR(interval.low, mean_of(values) - 1.96 * error, 0.14 * error);
  EXPECT_NEAR(interval.high, mean_of(values) + 1.96 * error, 0.14 * error);
}

TEST(Bootstrap, RepeatsItselfAndDependsOnItsName) {
  std::vector<double> values;
  for (int i = 0; i < 30; ++i) values.push_back(std::cos(0.9 * i));
  const Interval once = bootstrap_mean(values, "a");
  const Interval again = bootstrap_mean(values, "a");
  const Interval other = bootstrap_mean(values, "b");
  EXPECT_EQ(once.low, again.low);
  EXPECT_NE(once.low, other.low);
  EXPECT_TRUE(std::isnan(bootstrap_mean(std::vector<double>(6, std::nan("")), "a").low));
}

/// Blocks of scores of values that are all alike: what a block shares, and noise.
std::vector<std::vector<double>> alike(const random::Stream& stream, std::uint64_t& at, std::size_t blocks,
                                       std::size_t values) {
  std::vector<std::vector<double>> scores(blocks);
  for (std::vector<double>& block : scores) {
    const double shared = 3 * normal_value(stream, at++);
    for (std::size_t v = 0; v < values; ++v) block.push_back(shared + normal_value(stream, at++));
  }
  return scores;
}

// The best of six values that are all alike, chosen by the very scores that are tested. Holm's correction of its five
// pairs alone calls a difference established in 9 % of all cases; that of all fifteen pairs, in 3 %.
TEST(AllPairs, KeepTheirLevelThoughTheBestIsChosenByTheSameScores) {
  constexpr int kTrials = 1000;
  constexpr std::size_t kValues = 6;
  constexpr std::size_t kBlocks = 8;  // below fewest_blocks(6): Student's test speaks alone
  const random::Stream stream(3, "family");
  std::uint64_t at = 0;
  int wrong = 0;
  int wrong_of_five = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::vector<std::vector<double>> scores = alike(stream, at, kBlocks, kValues);
    std::vector<double> sums(kValues, 0.0);
    for (const std::vector<double>& block : scores) {
      for (std::size_t v = 0; v < kValues; ++v) sums[v] += block[v];
    }
    const auto best = static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
    bool established = false;
    for (const PairTest& test : test_all_pairs(scores)) {
      established = established || ((test.first == best || test.second == best) && is_established(test));
    }
    std::vector<double> five;
    for (std::size_t v = 0; v < kValues; ++v) {
      std::vector<double> differences;
      for (const std::vector<double>& block : scores) differences.push_back(block[best] - block[v]);
      if (v != best) five.push_back(paired_t_p_value(differences));
    }
    five = holm(five);
    wrong += established ? 1 : 0;
    wrong_of_five += *std::min_element(five.begin(), five.end()) < kLevel ? 1 : 0;
  }
  EXPECT_LE(wrong, kTrials * (0.05 + 3 * 0.0069));  // three standard errors of a share of 5 %
  EXPECT_GE(wrong_of_five, kTrials * 0.08);
}

TEST(AllPairs, TakeTheTestBySignsWhereItCanReachTheLevel) {
  EXPECT_EQ(fewest_blocks(2), 6);   // 2^-5 = 3.1 %
  EXPECT_EQ(fewest_blocks(3), 7);   // 3 · 2^-6 = 4.7 %
  EXPECT_EQ(fewest_blocks(6), 10);  // 15 · 2^-9 = 2.9 %
  std::vector<std::vector<double>> blocks;
  for (int i = 0; i < 6; ++i) blocks.push_back({0.9 + 0.001 * i * i, 0.8, 0.1});
  const std::vector<PairTest> six = test_all_pairs(blocks);
  ASSERT_EQ(six.size(), 3U);
  EXPECT_TRUE(std::isnan(six[0].free_p_value));
  EXPECT_TRUE(is_established(six[0]));
  EXPECT_FALSE(is_established(six[2])) << "0.7 in each block: the spread is unknown, and six signs are too few";
  blocks.push_back({0.95, 0.8, 0.1});
  const std::vector<PairTest> seven = test_all_pairs(blocks);
  EXPECT_NEAR(seven[0].free_p_value, 3.0 / 64, 1e-15);
  EXPECT_TRUE(is_established(seven[0]));
  EXPECT_TRUE(std::isnan(seven[2].t_p_value));
  EXPECT_TRUE(is_established(seven[2]));
  EXPECT_FALSE(is_established(test_all_pairs(std::span(blocks).first(1))[0]));
  EXPECT_TRUE(test_all_pairs({}).empty());
}

// Demšar 2006, table 6: the ranks of four algorithms on 14 data sets, and Friedman's statistic 9.28 without the
// correction for ties. With it, by Conover's formula, 10.228 (a recomputation from the same ranks in rational numbers).
TEST(RankTable, RepeatsThePublishedComparisonOfFourClassifiers) {
  const std::vector<std::vector<double>> ranks{{4, 3, 2, 1}, {1, 2, 3, 4},         {4, 1, 2, 3},     {4, 1, 3, 2},
                                               {4, 2, 3, 1}, {1, 2.5, 4, 2.5},     {3, 2, 4, 1},     {2.5, 2.5, 4, 1},
                                               {4, 3, 2, 1}, {2.5, 2.5, 2.5, 2.5}, {4, 2.5, 1, 2.5}, {3, 2, 4, 1},
                                               {4, 1, 2, 3}, {3, 1, 4, 2}};
  const RankTable table = rank_table(ranks, /*larger_is_better=*/false);
  EXPECT_EQ(table.blocks, 14);
  const std::vector<double> expected{3.143, 2.000, 2.893, 1.964};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(table.mean_rank[i], expected[i], 5e-4);
  EXPECT_NEAR(table.statistic, 10.228346456692913, 1e-12);
}

TEST(RankTable, WithoutTiesIsFriedmansFormulaAndWithTwoDegreesAnExponential) {
  const std::vector<std::vector<double>> blocks{{0.9, 0.8, 0.7}, {0.9, 0.8, 0.7}, {0.9, 0.7, 0.8}, {0.8, 0.9, 0.7}};
  const RankTable table = rank_table(blocks);
  // Rank sums 5, 8, 11 minus some: 1+1+1+2 = 5, 2+2+3+1 = 8, 3+3+2+3 = 11. 12/(4·3·4)·(25+64+121) - 3·4·4 = 4.5.
  EXPECT_NEAR(table.statistic, 4.5, 1e-12);
  EXPECT_NEAR(table.p_value, std::exp(-4.5 / 2), 1e-14);
  EXPECT_EQ(table.mean_rank, (std::vector<double>{1.25, 2, 2.75}));
}

TEST(RankTable, LeavesOutBlocksWithoutAValueAndSaysNothingOfTies) {
  const std::vector<std::vector<double>> blocks{{0.5, 0.5}, {0.5, 0.5}, {0.9, std::nan("")}};
  const RankTable table = rank_table(blocks);
  EXPECT_EQ(table.blocks, 2);
  EXPECT_EQ(table.mean_rank, (std::vector<double>{1.5, 1.5}));
  EXPECT_TRUE(std::isnan(table.statistic));
}

}  // namespace
}  // namespace fanin::experiment
