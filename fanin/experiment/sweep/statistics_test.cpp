// The statistics of sweeps against closed forms, enumeration and published examples.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/sweep/bootstrap.hpp"
#include "fanin/experiment/sweep/paired_tests.hpp"
#include "fanin/experiment/sweep/rank_table.hpp"

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
  EXPECT_EQ(paired_t_p_value(std::vector<double>{0.5, 0.5, 0.5}), 0);
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

TEST(Bootstrap, OfTwoValuesReachesFromOneToTheOther) {
  // Their resampled mean is the smaller one in a quarter of all cases, far more than 2.5 %.
  const Interval interval = bootstrap_mean(std::vector<double>{1.0, 5.0}, "two");
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 5);
}

TEST(Bootstrap, OfThreeValuesAgreesWithAllTwentySevenSamples) {
  // 0, 1 and 10: means 0 and 10 have probability 1/27 = 3.7 % each.
  const Interval interval = bootstrap_mean(std::vector<double>{0.0, 1.0, 10.0}, "three");
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 10);
  const Interval small = bootstrap_mean(std::vector<double>{0.0, 1.0, 10.0, 4.0}, "four");  // 0 has 1/256 = 0.4 %
  EXPECT_EQ(small.low, 0.5);  // means at most 0.25: 5/256 = 2.0 %; at most 0.5: 11/256 = 4.3 %
  EXPECT_LT(small.high, 10);
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
  EXPECT_TRUE(std::isnan(bootstrap_mean(std::vector<double>{1.0}, "a").low));
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
