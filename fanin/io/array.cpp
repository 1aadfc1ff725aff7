#include "fanin/io/array.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace fanin::io {
namespace {

/// IEEE 754 binary16 to binary32, exact.
float float_of_half(std::uint16_t bits) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1FU;
  const std::uint32_t fraction = bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;  // zero and subnormals
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255U : exponent + 112U;  // 112 = 127 - 15, the biases
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

float float_of_bfloat(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Calls `take(i, value)` for every element, value in its own type (f16 and bf16 as float).
template <typename Stored, typename Widen, typename Take>
void visit(const Array& array, Widen widen, Take take) {
  const auto count = static_cast<std::size_t>(array.shape.count());
  for (std::size_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, array.data.data() + i * sizeof(Stored), sizeof(Stored));
    take(i, widen(stored));
  }
}

template <typename Take>
void for_each(const Array& array, Take take) {
  const auto same = [](auto value) { return value; };
  switch (array.dtype) {
    case DType::f32: return visit<float>(array, same, take);
    case DType::f64: return visit<double>(array, same, take);
    case DType::f16: return visit<std::uint16_t>(array, float_of_half, take);
    case DType::bf16: return visit<std::uint16_t>(array, float_of_bfloat, take);
    case DType::u8: return visit<std::uint8_t>(array, same, take);
    case DType::i8: return visit<std::int8_t>(array, same, take);
    case DType::i16: return visit<std::int16_t>(array, same, take);
    case DType::i32: return visit<std::int32_t>(array, same, take);
    case DType::i64: return visit<std::int64_t>(array, same, take);
  }
}

}  // namespace

ArrayView view_of(const Array& array) { return {array.dtype, array.shape, std::as_bytes(std::span(array.data))}; }

std::vector<double> to_doubles(const Array& array) {
  std::vector<double> out(static_cast<std::size_t>(array.shape.count()));
  for_each(array, [&](std::size_t i, auto value) { out[i] = static_cast<double>(value); });
  return out;
}

std::vector<float> to_floats(const Array& array) {
  std::vector<float> out(static_cast<std::size_t>(array.shape.count()));
  for_each(array, [&](std::size_t i, auto value) { out[i] = static_cast<float>(value); });
  return out;
}

std::vector<std::int64_t> to_integers(const Array& array) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(array.shape.count()));
  for_each(array, [&](std::size_t i, auto value) {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      const auto wide = static_cast<double>(value);
      if (!(std::abs(wide) < 0x1p63) || wide != std::trunc(wide)) {
        throw Error(ErrorCode::bad_value, array.source,
                    "element " + std::to_string(i) + " is " + std::to_string(wide) + ", which is no integer");
      }
    }
    out[i] = static_cast<std::int64_t>(value);  // NOLINT(bugprone-signed-char-misuse): i8 is a number here
  });
  return out;
}

}  // namespace fanin::io
