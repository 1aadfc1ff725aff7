#include "fanin/random/rounding.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace fanin::random {
namespace {

TEST(Rounding, KeepsEverySixteenBitValue) {
  for (std::uint32_t i = 0; i < 0x10000; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    ASSERT_TRUE(std::isnan(from_f16(bits)) || to_f16(from_f16(bits)) == bits) << i;
    ASSERT_TRUE(std::isnan(from_bf16(bits)) || to_bf16(from_bf16(bits)) == bits) << i;
  }
  EXPECT_TRUE(std::isnan(from_f16(to_f16(std::nanf("")))));
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::nanf("")))));
}

TEST(Rounding, ReadsTheFieldsOfTheFormats) {
  EXPECT_EQ(from_f16(0x3C00), 1.0F);
  EXPECT_EQ(from_f16(0xC000), -2.0F);
  EXPECT_EQ(from_f16(0x7BFF), 65504.0F);
  EXPECT_EQ(from_f16(0x0400), 0x1p-14F);
  EXPECT_EQ(from_f16(0x0001), 0x1p-24F);
  EXPECT_EQ(from_f16(0x7C00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(from_bf16(0x3F80), 1.0F);
  EXPECT_EQ(from_bf16(0xC0A0), -5.0F);
}

// Between two neighbours the nearer wins, and from the middle the even one.
template <typename From, typename To>
void check_between_neighbours(std::uint32_t last, From from, To to) {
  for (std::uint32_t i = 0; i < last; ++i) {
    const auto low_bits = static_cast<std::uint16_t>(i);
    const auto high_bits = static_cast<std::uint16_t>(i + 1);
    const auto low = static_cast<double>(from(low_bits));
    const auto high = static_cast<double>(from(high_bits));
    const auto middle = static_cast<float>(0.5 * (low + high));  // exact: one bit more
    const std::uint16_t even = i % 2 == 0 ? low_bits : high_bits;
    ASSERT_EQ(to(middle), even) << i;
    ASSERT_EQ(to(std::nextafter(middle, 0.0F)), low_bits) << i;
    ASSERT_EQ(to(std::nextafter(middle, std::numeric_limits<float>::infinity())), high_bits) << i;
    ASSERT_EQ(to(-middle), even | 0x8000) << i;
  }
}

TEST(Rounding, GoesToTheNearestAndFromTheMiddleToTheEven) {
  check_between_neighbours(0x7BFF, from_f16, to_f16);
  check_between_neighbours(0x7F7F, from_bf16, to_bf16);
  EXPECT_EQ(to_f16(65519.9F), 0x7BFF);
  EXPECT_EQ(to_f16(65520.0F), 0x7C00);
  EXPECT_EQ(to_f16(1e30F), 0x7C00);
}

TEST(Rounding, FindsTheNeighboursOfABound) {
  for (const DType dtype : {DType::f64, DType::f32, DType::bf16, DType::f16}) {
    std::mt19937_64 engine(3);
    std::uniform_real_distribution<double> bounds(-3, 3);
    for (int i = 0; i < 1000; ++i) {
      const double bound = bounds(engine);
      const double below = largest_at_most(dtype, bound);
      const double above = smallest_at_least(dtype, bound);
      ASSERT_LE(below, bound);
      ASSERT_GE(above, bound);
      ASSERT_LT(largest_below(dtype, bound), bound);
      ASSERT_TRUE(below == above || largest_below(dtype, above) == below) << bound;
    }
    EXPECT_EQ(largest_at_most(dtype, 1.0), 1.0);
    EXPECT_EQ(smallest_at_least(dtype, 1.0), 1.0);
    EXPECT_LT(largest_below(dtype, 1.0), 1.0);
    EXPECT_LT(largest_below(dtype, 0.0), 0.0);
    EXPECT_EQ(nearest_in(dtype, -0.5), -0.5);
  }
  EXPECT_EQ(largest_below(DType::bf16, 1.0), 1 - 0x1p-8);
  EXPECT_EQ(largest_below(DType::f16, 1.0), 1 - 0x1p-11);
  EXPECT_EQ(largest_below(DType::f32, 1.0), 1 - 0x1p-24);
}

}  // namespace
}  // namespace fanin::random
