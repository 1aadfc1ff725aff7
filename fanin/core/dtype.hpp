// Element types of tensors.
#pragma once

#include <cstddef>
#include <string_view>

namespace fanin {

enum class DType { f32, f64, f16, bf16, u8, i8, i16, i32, i64 };

/// Bytes per element.
std::size_t size_of(DType dtype) noexcept;
/// "f32", "bf16", …
std::string_view to_string(DType dtype) noexcept;
/// The inverse of to_string. @throws Error unknown_name with the nearest names.
DType parse_dtype(std::string_view name);

}  // namespace fanin
