// The 16-bit float types: conversion rounded to nearest even, and neighbours of a bound among the
// values of an output type.
#pragma once

#include <cstdint>

#include "fanin/core/dtype.hpp"

namespace fanin::random {

/// Round to nearest, ties to even; overflow gives infinity, NaN stays NaN.
std::uint16_t to_bf16(float value) noexcept;
std::uint16_t to_f16(float value) noexcept;
/// Exact.
float from_bf16(std::uint16_t bits) noexcept;
float from_f16(std::uint16_t bits) noexcept;

/// The largest finite value of a float type.
double largest_finite(DType dtype) noexcept;
/// The value of the type nearest to `value`, |value| <= largest_finite(dtype).
double nearest_in(DType dtype, double value) noexcept;
/// The smallest value of the type that is >= `bound`.
double smallest_at_least(DType dtype, double bound) noexcept;
/// The largest value of the type that is <= `bound`.
double largest_at_most(DType dtype, double bound) noexcept;
/// The largest value of the type that is < `bound`.
double largest_below(DType dtype, double bound) noexcept;

}  // namespace fanin::random
