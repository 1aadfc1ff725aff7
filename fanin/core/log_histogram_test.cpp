#include "fanin/core/log_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "tests/simd_targets.hpp"

namespace fanin {
namespace {

// The definition, by logarithms.
int expected_bin(float value) {
  if (!std::isfinite(value)) return 63;
  if (value == 0) return 0;
  return std::clamp(std::ilogb(static_cast<double>(value)) + 47, 0, 63);
}

std::vector<float> all_magnitudes() {
  std::vector<float> values{0.0F,
                            -0.0F,
                            std::numeric_limits<float>::denorm_min(),
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::max()};
  for (int exponent = -149; exponent < 128; ++exponent) {
    const float power = std::ldexp(1.0F, exponent);
    for (const float value : {power, -power, std::nextafter(power, 0.0F), 1.7F * power}) values.push_back(value);
  }
  return values;
}

TEST(LogHistogram, EveryValueFallsIntoTheBinOfItsLogarithm) {
  for_every_simd_target([] {
    for (const float value : all_magnitudes()) {
      const int bin = expected_bin(value);
      ASSERT_EQ(LogHistogram::bin_of(value), bin) << value;
      const LogHistogram h = log_histogram(std::vector<float>(37, value));
      ASSERT_EQ(h.bins[static_cast<std::size_t>(bin)], 37) << value;
    }
  });
}

TEST(LogHistogram, CountsEveryValueOnceAtEveryLengthAndAlignment) {
  std::mt19937_64 engine(5);
  std::normal_distribution<float> law;
  std::vector<float> values = all_magnitudes();
  while (values.size() < 20000) values.push_back(law(engine));
  for_every_simd_target([&] {
    for (std::size_t count = 0; count < 12000; count += count < 100 ? 1 : 1117) {
      LogHistogram expected;
      for (std::size_t i = 0; i < count; ++i) {
        ++expected.bins[static_cast<std::size_t>(expected_bin(values[i + count % 5]))];
      }
      ASSERT_EQ(log_histogram(std::span(values).subspan(count % 5, count)).bins, expected.bins) << count;
    }
  });
}

TEST(LogHistogram, HeaderExampleCountsTheValuesBetweenAHalfAndOne) {
  const LogHistogram h = log_histogram(std::vector<float>{0.5F, -0.6F, 0.99F, 1.0F, 0.49F});
  EXPECT_EQ(h.bins[static_cast<std::size_t>(LogHistogram::bin_of(0.7F))], 3);
}

}  // namespace
}  // namespace fanin
