#include "fanin/observe/unit_tensor.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fanin::observe {
namespace {

// Numbers without structure.
std::vector<float> some_values(std::size_t count) {
  std::vector<float> values(count);
  double x = 0.3;
  for (float& value : values) {
    x = 3.9 * x * (1 - x);
    value = static_cast<float>(x - 0.4);
  }
  return values;
}

UnitTensor dense_outputs(const std::vector<float>& values, std::int64_t rows, std::int64_t units) {
  return {values, rows, units, 1};
}

// Every pair, one after another.
double slow_correlation(const UnitTensor& t) {
  const std::int64_t n = t.units * t.inner;
  const auto dot = [&](std::int64_t a, std::int64_t b) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      sum += static_cast<double>(t.values[static_cast<std::size_t>(a * n + i)]) *
             static_cast<double>(t.values[static_cast<std::size_t>(b * n + i)]);
    }
    return sum;
  };
  double sum = 0;
  std::int64_t pairs = 0;
  for (std::int64_t a = 0; a < t.rows; ++a) {
    for (std::int64_t b = 0; b < a; ++b) {
      if (dot(a, a) == 0 || dot(b, b) == 0) continue;
      sum += dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
      ++pairs;
    }
  }
  return sum / static_cast<double>(pairs);
}

TEST(RowFacts, GiveTheMeanCosineOfAllPairs) {
  const std::vector<float> values = some_values(7 * 5 * 3);
  const UnitTensor tensor{values, 7, 5, 3};
  EXPECT_NEAR(row_facts(tensor).correlation, slow_correlation(tensor), 1e-12);
}

TEST(RowFacts, LeaveRowsOfZerosOut) {
  std::vector<float> values = some_values(6 * 4);
  std::fill_n(values.begin() + 4, 8, 0.0F);
  const UnitTensor tensor = dense_outputs(values, 6, 4);
  EXPECT_NEAR(row_facts(tensor).correlation, slow_correlation(tensor), 1e-12);
  const std::vector<float> zeros(12, 0.0F);
  EXPECT_TRUE(std::isnan(row_facts(dense_outputs(zeros, 3, 4)).correlation));
}

TEST(RowFacts, SeeRowsThatLookAlike) {
  const std::vector<float> alike{1, 2, 3, 2, 4, 6, 3, 6, 9};
  EXPECT_NEAR(row_facts(dense_outputs(alike, 3, 3)).correlation, 1, 1e-12);
  const std::vector<float> opposite{1, 2, -1, -2};
  EXPECT_NEAR(row_facts(dense_outputs(opposite, 2, 2)).correlation, -1, 1e-12);
}

TEST(RowFacts, MeasureTheVarianceOverRowsBesideALargeMean) {
  // Column 1 is 1000 + {0, 1, 2}, column 2 constant: variances 2/3 and 0.
  const std::vector<float> values{1000, 5, 1001, 5, 1002, 5};
  EXPECT_NEAR(row_facts(dense_outputs(values, 3, 2)).row_variance, 1.0 / 3, 1e-12);
}

TEST(RowFacts, AreUnknownForOneRowAndForWhatIsNotFinite) {
  const std::vector<float> one{1, 2, 3};
  EXPECT_TRUE(std::isnan(row_facts(dense_outputs(one, 1, 3)).correlation));
  EXPECT_TRUE(std::isnan(row_facts(dense_outputs(one, 1, 3)).row_variance));
  const std::vector<float> infinite{1, 2, INFINITY, 4};
  EXPECT_TRUE(std::isnan(row_facts(dense_outputs(infinite, 2, 2)).correlation));
}

TEST(UnitSums, FindDeadAndDormantUnits) {
  // Units: zero, tiny, one, one.
  const std::vector<float> values{0, 0.01F, 1, -1, 0, -0.01F, -1, 1};
  const UnitSums sums = unit_sums(dense_outputs(values, 2, 4));
  EXPECT_DOUBLE_EQ(zero_units(sums), 0.25);
  EXPECT_DOUBLE_EQ(dormant_units(sums), 0.5);  // the mean is 0.5025, and 0.01 is below 0.025 of it
  const std::vector<float> zeros(8, 0.0F);
  EXPECT_DOUBLE_EQ(dormant_units(unit_sums(dense_outputs(zeros, 2, 4))), 1);
}

TEST(UnitSums, TakeAChannelsPositionsTogether) {
  // [1 row, 2 channels, 3 positions]: the second channel is dead.
  const std::vector<float> values{0, 1, 0, 0, 0, 0};
  EXPECT_DOUBLE_EQ(zero_units(unit_sums({values, 1, 2, 3})), 0.5);
}

double equal_fraction(const std::vector<float>& values, std::int64_t rows, std::int64_t units, UnitEquality equality) {
  const UnitTensor tensor = dense_outputs(values, rows, units);
  return equal_units(tensor, unit_sums(tensor), equality);
}

TEST(EqualUnits, CountsUnitsThatHaveATwin) {
  // Columns a, b, a, c, b: all but c.
  std::vector<float> values;
  for (int row = 0; row < 4; ++row) {
    const auto r = static_cast<float>(row);
    for (const float value : {1 + r, 2 - r, 1 + r, 3 * r, 2 - r}) values.push_back(value);
  }
  EXPECT_DOUBLE_EQ(equal_fraction(values, 4, 5, {}), 0.8);
}

TEST(EqualUnits, CountsZerosOnlyWhenAsked) {
  const std::vector<float> values{0, 0, 1, 0, 0, 2};
  EXPECT_DOUBLE_EQ(equal_fraction(values, 2, 3, {}), 0);
  EXPECT_DOUBLE_EQ(equal_fraction(values, 2, 3, {.zero_units = true}), 2.0 / 3);
}

TEST(EqualUnits, AllowsRoundingOnlyAsFarAsTold) {
  std::vector<float> values = some_values(50);
  const std::vector<float> twin = values;
  values.insert(values.end(), twin.begin(), twin.end());  // as a weight [1, 2 units, 50]
  values[60] *= 1.0F + 3e-6F;
  const UnitTensor tensor{values, 1, 2, 50};
  const UnitSums sums = unit_sums(tensor);
  EXPECT_DOUBLE_EQ(equal_units(tensor, sums, {}), 0);
  EXPECT_DOUBLE_EQ(equal_units(tensor, sums, {.relative = 1e-5}), 1);
  EXPECT_DOUBLE_EQ(equal_units(tensor, sums, {.absolute = 1e-3}), 1);
}

TEST(EqualUnits, FindsNoTwinsAmongRandomUnits) {
  const std::vector<float> values = some_values(64 * 256);
  EXPECT_DOUBLE_EQ(equal_fraction(values, 64, 256, {.relative = 1e-5}), 0);
}

}  // namespace
}  // namespace fanin::observe
