#include "fanin/io/array.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

template <typename T>
Array array_of(DType dtype, const std::vector<T>& values) {
  Array array{dtype, Shape({static_cast<std::int64_t>(values.size())}), {}, "test"};
  array.data.resize(values.size() * sizeof(T));
  std::memcpy(array.data.data(), values.data(), array.data.size());
  return array;
}

TEST(Array, HalvesWidenToTheirExactValues) {
  // Bit patterns from IEEE 754-2008, table 3.5: 1, -2, largest finite, smallest normal, smallest
  // subnormal, largest subnormal, zeros, infinity.
  const Array array = array_of<std::uint16_t>(
      DType::f16, {0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x03FF, 0x0000, 0x8000, 0x7C00, 0xFC00, 0x7E00});
  const std::vector<double> values = to_doubles(array);
  const std::vector<double> expected{1, -2, 65504, 0x1p-14, 0x1p-24, 1023 * 0x1p-24, 0, -0.0, INFINITY, -INFINITY};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(values[i], expected[i]) << i;
  EXPECT_TRUE(std::signbit(values[7]));
  EXPECT_TRUE(std::isnan(values[10]));
}

TEST(Array, BfloatsAreTheUpperHalvesOfFloats) {
  const Array array = array_of<std::uint16_t>(DType::bf16, {0x3F80, 0xC049, 0x7F80});
  const std::vector<float> values = to_floats(array);
  EXPECT_EQ(values[0], 1.0F);
  EXPECT_EQ(values[1], -3.140625F);
  EXPECT_TRUE(std::isinf(values[2]));
}

TEST(Array, IntegersOfEveryWidthKeepTheirSign) {
  EXPECT_EQ(to_integers(array_of<std::int8_t>(DType::i8, {-128, 127})), (std::vector<std::int64_t>{-128, 127}));
  EXPECT_EQ(to_integers(array_of<std::int16_t>(DType::i16, {-32768})), (std::vector<std::int64_t>{-32768}));
  EXPECT_EQ(to_integers(array_of<std::uint8_t>(DType::u8, {255})), (std::vector<std::int64_t>{255}));
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(to_integers(array_of<std::int64_t>(DType::i64, {kLeast})), (std::vector<std::int64_t>{kLeast}));
}

TEST(Array, FractionsAreNoIntegers) {
  EXPECT_EQ(to_integers(array_of<float>(DType::f32, {3.0F, -4.0F})), (std::vector<std::int64_t>{3, -4}));
  for (const double value : {0.5, std::nan(""), double{INFINITY}, 0x1p63}) {
    expect_error(ErrorCode::bad_value, "element 1", [&] { to_integers(array_of<double>(DType::f64, {1.0, value})); });
  }
}

TEST(Array, ValuesAreGivenInTheirOwnTypeOnly) {
  const Array array = array_of<float>(DType::f32, {1.0F, 2.0F});
  EXPECT_EQ(values<float>(array)[1], 2.0F);
  expect_error(ErrorCode::bad_value, "holds f32 where i64 is needed", [&] { values<std::int64_t>(array); });
}

TEST(Array, AViewRefusesAShapeOfAnotherCount) {
  const std::vector<float> data(6);
  EXPECT_EQ(view_of(std::span(data), Shape({2, 3})).data.size(), 24U);
  expect_error(ErrorCode::bad_shape, "6 values", [&] { view_of(std::span(data), Shape({2, 2})); });
}

}  // namespace
}  // namespace fanin::io
