#include "fanin/random/rounding.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace fanin::random {
namespace {

// The neighbour of `value` among the values of the type, towards +infinity (up) or -infinity.
double step(DType dtype, double value, bool up) noexcept {
  const double target = up ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  if (dtype == DType::f64) return std::nextafter(value, target);
  const auto single = static_cast<float>(value);
  if (dtype == DType::f32) return std::nextafter(single, static_cast<float>(target));
  // The bits of a 16-bit float count its magnitudes in order.
  const std::uint16_t bits = dtype == DType::bf16 ? to_bf16(single) : to_f16(single);
  const bool negative = (bits & 0x8000U) != 0;
  const unsigned magnitude = bits & 0x7FFFU;
  unsigned next = 0;
  if (magnitude == 0) {
    next = up ? 0x0001U : 0x8001U;
  } else {
    next = (negative ? 0x8000U : 0U) | (up == negative ? magnitude - 1 : magnitude + 1);
  }
  const auto next_bits = static_cast<std::uint16_t>(next);
  return static_cast<double>(dtype == DType::bf16 ? from_bf16(next_bits) : from_f16(next_bits));
}

}  // namespace

std::uint16_t to_bf16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return static_cast<std::uint16_t>((bits >> 16) | 0x0040U);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

std::uint16_t to_f16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) return static_cast<std::uint16_t>(sign | 0x7E00U);
  if (magnitude >= 0x47800000U) return static_cast<std::uint16_t>(sign | 0x7C00U);  // 65536 and above
  std::uint32_t half = 0;
  if (magnitude < 0x38800000U) {
    // Below 2^-14: adding 1/2 lets the float adder round to a multiple of 2^-24.
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
  } else {
    half = (magnitude - 0x38000000U + 0x0FFFU + ((magnitude >> 13) & 1U)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | half);
}

float from_bf16(std::uint16_t bits) noexcept { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

float from_f16(std::uint16_t bits) noexcept {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t magnitude = bits & 0x7FFFU;
  if (magnitude >= 0x7C00U) return std::bit_cast<float>(sign | 0x7F800000U | ((magnitude & 0x3FFU) << 13));
  if (magnitude >= 0x0400U) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000U));
  const float small = static_cast<float>(magnitude) * 0x1p-24F;
  return sign != 0 ? -small : small;
}

double largest_finite(DType dtype) noexcept {
  switch (dtype) {
    case DType::f16: return 65504.0;
    case DType::bf16: return 0x1.FEp127;
    case DType::f32: return static_cast<double>(std::numeric_limits<float>::max());
    default: return std::numeric_limits<double>::max();
  }
}

double nearest_in(DType dtype, double value) noexcept {
  if (dtype == DType::f64) return value;
  const double below = largest_at_most(dtype, value);
  const double above = smallest_at_least(dtype, value);
  return value - below <= above - value ? below : above;
}

double smallest_at_least(DType dtype, double bound) noexcept { return -largest_at_most(dtype, -bound); }

double largest_at_most(DType dtype, double bound) noexcept {
  if (dtype == DType::f64 || std::isinf(bound)) return bound;
  const auto single = static_cast<float>(bound);
  double value = static_cast<double>(single);
  if (dtype == DType::bf16) value = static_cast<double>(from_bf16(to_bf16(single)));
  if (dtype == DType::f16) value = static_cast<double>(from_f16(to_f16(single)));
  while (value > bound) value = step(dtype, value, false);
  return value;
}

double largest_below(DType dtype, double bound) noexcept {
  const double value = largest_at_most(dtype, bound);
  return value < bound ? value : step(dtype, value, false);
}

}  // namespace fanin::random
