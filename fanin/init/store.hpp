// Writing computed values as elements of any float type, rounded once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fanin/core/dtype.hpp"

namespace fanin::init {

/// @throws Error unsupported when the type is not f32, f64, bf16 or f16.
void check_float(DType dtype);

/// Fills `out` with one value.
/// Element `index` of raw elements.
double load_one(std::span<const std::byte> bytes, DType dtype, std::size_t index);
void store_constant(double value, DType dtype, std::span<std::byte> out);
/// out[i] = values[i]; `out` holds as many elements.
void store(std::span<const float> values, DType dtype, std::span<std::byte> out);
void store(std::span<const double> values, DType dtype, std::span<std::byte> out);
/// Element `index` of `out`.
void store_one(double value, DType dtype, std::span<std::byte> out, std::size_t index);

}  // namespace fanin::init
