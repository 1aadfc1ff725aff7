#include "fanin/core/tensor_statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/simd_targets.hpp"

namespace fanin {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The definition: two passes in extended precision.
TensorStatistics reference(std::span<const float> values, float saturation_limit = kInfinity) {
  TensorStatistics s;
  s.count = static_cast<std::int64_t>(values.size());
  long double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    if (std::abs(value) > saturation_limit) ++s.saturated_count;
    if (!std::isfinite(value)) {
      ++(std::isnan(value) ? s.nan_count : s.infinity_count);
      if (s.first_non_finite < 0) s.first_non_finite = static_cast<std::int64_t>(i);
      continue;
    }
    const bool first = std::isnan(s.minimum);
    if (first || static_cast<double>(value) < s.minimum) s.minimum = static_cast<double>(value);
    if (first || static_cast<double>(value) > s.maximum) s.maximum = static_cast<double>(value);
    if (value == 0) ++s.zero_count;
    if (value > 0) ++s.positive_count;
    sum += static_cast<long double>(value);
  }
  const auto finite = static_cast<long double>(s.finite_count());
  if (finite == 0) return s;
  const long double mean = sum / finite;
  long double second = 0, third = 0, fourth = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const long double d = static_cast<long double>(value) - mean;
    second += d * d;
    third += d * d * d;
    fourth += d * d * d * d;
  }
  const bool constant = s.minimum == s.maximum;
  const long double variance = constant ? 0 : second / finite;
  s.mean = static_cast<double>(mean);
  s.variance = static_cast<double>(variance);
  if (variance > 0) {
    s.skewness = static_cast<double>(third / finite / (variance * std::sqrt(variance)));
    s.kurtosis = static_cast<double>(fourth / finite / (variance * variance));
  }
  return s;
}

void expect_number(double found, double expected, double tolerance, const char* what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(found)) << what << " is " << found;
  } else {
    EXPECT_NEAR(found, expected, tolerance) << what;
  }
}

// Moments to 1e-6: the mean of the standard deviation (and of its own rounding), variance and kurtosis of themselves.
void expect_close(const TensorStatistics& found, const TensorStatistics& expected) {
  EXPECT_EQ(found.count, expected.count);
  EXPECT_EQ(found.nan_count, expected.nan_count);
  EXPECT_EQ(found.infinity_count, expected.infinity_count);
  EXPECT_EQ(found.first_non_finite, expected.first_non_finite);
  EXPECT_EQ(found.zero_count, expected.zero_count);
  EXPECT_EQ(found.positive_count, expected.positive_count);
  EXPECT_EQ(found.saturated_count, expected.saturated_count);
  expect_number(found.minimum, expected.minimum, 0, "minimum");
  expect_number(found.maximum, expected.maximum, 0, "maximum");
  const double deviation = std::sqrt(expected.variance);
  expect_number(found.mean, expected.mean, 1e-6 * deviation + 1e-15 * std::abs(expected.mean), "mean");
  expect_number(found.variance, expected.variance, 1e-6 * expected.variance, "variance");
  expect_number(found.skewness, expected.skewness, 3e-6 * std::max(1.0, expected.kurtosis), "skewness");
  expect_number(found.kurtosis, expected.kurtosis, 3e-6 * expected.kurtosis, "kurtosis");
}

void expect_like_reference(std::span<const float> values, float limit = kInfinity) {
  expect_close(tensor_statistics(values, limit), reference(values, limit));
}

std::vector<float> normal_numbers(std::size_t count, double mean, double std_dev, unsigned seed = 3) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> law;
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(mean + std_dev * law(engine));
  return values;
}

std::vector<float> rectified(std::vector<float> values) {
  for (float& value : values) value = std::max(value, 0.0F);
  return values;
}

TEST(TensorStatistics, OfNothingAreCountsOfZero) {
  const TensorStatistics s = tensor_statistics({});
  EXPECT_EQ(s.count, 0);
  EXPECT_EQ(s.first_non_finite, -1);
  EXPECT_TRUE(std::isnan(s.mean));
  EXPECT_EQ(s.norm(), 0);
}

TEST(TensorStatistics, AgreeWithTheDefinitionAtEveryLengthAndAlignment) {
  const std::vector<float> values = rectified(normal_numbers(9000, 0.3, 1.5));
  for_every_simd_target([&] {
    for (std::size_t offset = 0; offset < 4; ++offset) {
      for (std::size_t count = 0; count < 150; ++count) {
        SCOPED_TRACE(std::to_string(count) + " values from " + std::to_string(offset));
        expect_like_reference(std::span(values).subspan(offset, count), 1.0F);
      }
    }
    for (const std::size_t count : {1023U, 1024U, 1025U, 4095U, 4096U, 4097U, 4111U, 8192U, 8999U}) {
      SCOPED_TRACE(count);
      expect_like_reference(std::span(values).subspan(1, count), 2.0F);
    }
  });
}

TEST(TensorStatistics, DoNotDependOnAlignment) {
  const std::vector<float> values = normal_numbers(20000, 1, 2);
  std::vector<float> moved(values.size() + 1);
  std::copy(values.begin(), values.end(), moved.begin() + 1);
  const TensorStatistics a = tensor_statistics(values);
  const TensorStatistics b = tensor_statistics(std::span(moved).subspan(1));
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.variance, b.variance);
  EXPECT_EQ(a.skewness, b.skewness);
  EXPECT_EQ(a.kurtosis, b.kurtosis);
}

TEST(TensorStatistics, AgreeWithTheDefinitionAtEveryScale) {
  for_every_simd_target([] {
    for (const double unit : {1e-44, 1e-40, 1e-30, 1e-20, 1e-10, 1.0, 1e10, 1e20, 1e30, 1e37}) {
      SCOPED_TRACE(unit);
      expect_like_reference(normal_numbers(10000, 0.2 * unit, unit));
    }
  });
}

TEST(TensorStatistics, ASmallVarianceBesideALargeMeanDoesNotCancel) {
  // 1000 ± 0.01: squares of the values in single precision would leave nothing of a variance of 1e-4.
  for_every_simd_target([] {
    expect_like_reference(normal_numbers(50000, 1e3, 1e-2));
    expect_like_reference(normal_numbers(50000, -1e30, 1e25));
  });
}

TEST(TensorStatistics, AgreeWithTheDefinitionWhenScaleOrMeanChangeOnTheWay) {
  for_every_simd_target([] {
    for (const double factor : {1e-30, 1e-12, 1e-3, 1e3, 1e12, 1e30}) {
      SCOPED_TRACE(factor);
      std::vector<float> values = normal_numbers(12000, 0, 1);
      for (const float value : normal_numbers(12000, 3 * factor, factor, 4)) values.push_back(value);
      expect_like_reference(values);
      std::reverse(values.begin(), values.end());
      expect_like_reference(values);
    }
    std::vector<float> zeros_first(10000, 0.0F);
    for (const float value : normal_numbers(10000, 0, 1e-20)) zeros_first.push_back(value);
    expect_like_reference(zeros_first);
    std::vector<float> outlier = normal_numbers(20000, 0, 1e-3);
    outlier[15000] = 1e30F;
    expect_like_reference(outlier);
  });
}

TEST(TensorStatistics, OfAConstantHaveNoVarianceAtAll) {
  for_every_simd_target([] {
    for (const float value : {0.0F, 0.1F, -1e30F, 1e-42F, std::numeric_limits<float>::max()}) {
      const TensorStatistics s = tensor_statistics(std::vector<float>(10001, value));
      EXPECT_EQ(s.mean, static_cast<double>(value));
      EXPECT_EQ(s.variance, 0);
      EXPECT_TRUE(std::isnan(s.skewness));
      EXPECT_TRUE(std::isnan(s.kurtosis));
      EXPECT_EQ(s.zero_count, value == 0 ? 10001 : 0);
    }
  });
}

TEST(TensorStatistics, OfTheLargestNumbersDoNotOverflow) {
  std::vector<float> values(9000, std::numeric_limits<float>::max());
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = std::numeric_limits<float>::lowest();
  for_every_simd_target([&] { expect_like_reference(values); });
}

TEST(TensorStatistics, ANonFiniteValueIsFoundAtEveryPosition) {
  const std::vector<float> numbers = normal_numbers(200, 0.5, 1);
  const std::vector<float> many = normal_numbers(9000, 0.5, 1);
  for_every_simd_target([&] {
    for (const float bad : {kNaN, kInfinity, -kInfinity}) {
      for (std::size_t at = 0; at < numbers.size(); ++at) {
        std::vector<float> values = numbers;
        values[at] = bad;
        SCOPED_TRACE(std::to_string(bad) + " at " + std::to_string(at));
        expect_like_reference(values, 1.0F);
      }
      for (const std::size_t at : {1023U, 1024U, 4095U, 4096U, 8999U}) {
        std::vector<float> values = many;
        values[at] = bad;
        SCOPED_TRACE(std::to_string(bad) + " at " + std::to_string(at));
        expect_like_reference(values, 1.0F);
      }
    }
  });
}

TEST(TensorStatistics, ManyNonFiniteValuesLeaveTheMomentsOfTheOthers) {
  std::mt19937_64 engine(8);
  for_every_simd_target([&] {
    for (const double share : {0.01, 0.5, 0.99}) {
      std::vector<float> values = normal_numbers(15000, 2, 3);
      std::bernoulli_distribution spoiled(share);
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (spoiled(engine)) values[i] = i % 3 == 0 ? kNaN : i % 3 == 1 ? kInfinity : -kInfinity;
      }
      expect_like_reference(values, 4.0F);
    }
    const TensorStatistics s = tensor_statistics(std::vector<float>(5000, kNaN));
    EXPECT_EQ(s.nan_count, 5000);
    EXPECT_EQ(s.first_non_finite, 0);
    EXPECT_TRUE(std::isnan(s.mean));
    EXPECT_TRUE(std::isnan(s.maximum));
  });
}

TEST(TensorStatistics, JoinedPartsAreTheWhole) {
  std::vector<float> values = normal_numbers(5000, 0.3, 2);
  for (const std::size_t bad : {std::size_t{6000}, std::size_t{17}, std::size_t{3210}}) {
    if (bad < values.size()) values[bad] = kNaN;
    for (const std::size_t cut : {0U, 1U, 17U, 18U, 2500U, 4999U, 5000U}) {
      TensorStatistics joined = tensor_statistics(std::span(values).first(cut));
      joined.join(tensor_statistics(std::span(values).subspan(cut)));
      expect_close(joined, reference(values));
    }
  }
  TensorStatistics equal = tensor_statistics(std::vector<float>(10, 3.0F));
  equal.join(tensor_statistics(std::vector<float>(20, 3.0F)));
  EXPECT_EQ(equal.count, 30);
  EXPECT_EQ(equal.mean, 3);
  EXPECT_EQ(equal.variance, 0);
  EXPECT_TRUE(std::isnan(equal.kurtosis));
}

TEST(TensorStatistics, HeaderExampleSaysWhatItSays) {
  const std::vector<float> values{1, -2, 0, 4, kNaN};
  const TensorStatistics s = tensor_statistics(values);
  EXPECT_DOUBLE_EQ(s.mean, 0.75);
  EXPECT_DOUBLE_EQ(s.mean_square(), 21.0 / 4);
  EXPECT_DOUBLE_EQ(s.norm(), std::sqrt(21.0));
  EXPECT_EQ(s.largest_magnitude(), 4);
  EXPECT_EQ(s.first_non_finite, 4);
  EXPECT_DOUBLE_EQ(s.zero_fraction(), 0.2);
}

void expect_quick_like_reference(std::span<const float> values) {
  double square_sum = 0;
  float largest = 0;
  std::int64_t non_finite = 0;
  for (const float value : values) {
    square_sum += static_cast<double>(value) * static_cast<double>(value);
    if (!std::isnan(largest)) largest = std::isnan(value) ? value : std::max(largest, std::abs(value));
    if (!std::isfinite(value)) ++non_finite;
  }
  const QuickStatistics q = quick_statistics(values);
  EXPECT_EQ(q.non_finite, non_finite);
  EXPECT_EQ(std::isnan(q.largest_magnitude), std::isnan(largest));
  if (!std::isnan(largest)) {
    EXPECT_EQ(q.largest_magnitude, largest);
  }
  if (std::isfinite(square_sum)) {
    EXPECT_NEAR(q.square_sum, square_sum, 1e-6 * square_sum);
  } else {
    EXPECT_FALSE(std::isfinite(q.square_sum));
  }
}

TEST(QuickStatistics, AgreeWithTheDefinitionAtEveryLengthAlignmentAndScale) {
  const std::vector<float> values = normal_numbers(20000, 0.3, 1.5);
  for_every_simd_target([&] {
    for (std::size_t offset = 0; offset < 3; ++offset) {
      for (std::size_t count = 0; count < 150; ++count) {
        expect_quick_like_reference(std::span(values).subspan(offset, count));
      }
    }
    expect_quick_like_reference(std::span(values).subspan(1));
    for (const double unit : {0.0, 1e-44, 1e-30, 1e-20, 1e-15, 1e-10, 1e10, 1e20, 1e37}) {
      SCOPED_TRACE(unit);
      expect_quick_like_reference(normal_numbers(10000, 0.2 * unit, unit));
    }
  });
}

TEST(QuickStatistics, ANonFiniteValueIsFoundAtEveryPosition) {
  const std::vector<float> numbers = normal_numbers(200, 0.5, 1);
  for_every_simd_target([&] {
    for (const float bad : {kNaN, -kNaN, kInfinity, -kInfinity}) {
      for (std::size_t at = 0; at < numbers.size(); ++at) {
        std::vector<float> values = numbers;
        values[at] = bad;
        expect_quick_like_reference(values);
        values[7] = kInfinity;
        expect_quick_like_reference(values);
      }
    }
  });
}

}  // namespace
}  // namespace fanin
