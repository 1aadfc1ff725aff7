// Numbers of either byte order in raw bytes, and shapes that a file claims. Private to the room.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "fanin/core/shape.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::io {

template <typename T>
T load_big(const std::uint8_t* bytes) noexcept {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>((value << 8) | bytes[i]);
  return value;
}

template <typename T>
T load_little(const std::uint8_t* bytes) noexcept {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>((value << 8) | bytes[i]);
  return value;
}

template <typename T>
void append_little(std::string& out, T value) {
  static_assert(std::is_unsigned_v<T>);
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
}

/// Reverses the bytes of every item.
inline void swap_items(std::span<std::uint8_t> data, std::size_t item_bytes) noexcept {
  if (item_bytes < 2) return;
  for (std::size_t start = 0; start + item_bytes <= data.size(); start += item_bytes) {
    std::reverse(data.data() + start, data.data() + start + item_bytes);
  }
}

inline void to_native_from_big(std::span<std::uint8_t> data, std::size_t item_bytes) noexcept {
  if constexpr (std::endian::native == std::endian::little) swap_items(data, item_bytes);
}

inline void to_native_from_little(std::span<std::uint8_t> data, std::size_t item_bytes) noexcept {
  if constexpr (std::endian::native == std::endian::big) swap_items(data, item_bytes);
}

/// The shape a file claims at `offset`. @throws Error bad_data when its bytes cannot be counted.
inline Shape checked_shape(std::vector<std::int64_t> extents, std::size_t item_bytes, std::string_view name,
                           std::uint64_t offset) {
  try {
    Shape shape(std::move(extents));
    if (shape.count() <= std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(item_bytes)) {
      return shape;
    }
    throw Error(ErrorCode::bad_shape, to_string(shape), "the byte count overflows 2^63");
  } catch (const Error& error) {
    throw damaged(name, offset, "impossible shape " + std::string(error.what()));
  }
}

}  // namespace fanin::io
