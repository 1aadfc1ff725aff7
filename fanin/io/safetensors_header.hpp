// The JSON headers of safetensors files, read event by event so that no document tree is built of
// hostile text. Private to the room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/io/safetensors.hpp"

namespace fanin::io {

/// The limit that the format itself sets.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  ///< by their bytes
  SafetensorsMetadata metadata;
};

/// Parses and checks a header whose tensors fill exactly `data_bytes` bytes behind it.
/// @param name  the file, for messages.
/// @throws Error bad_data; unsupported for an element type of unknown size.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::string_view name, std::uint64_t data_bytes);

/// "F32", …: the format's name of a type.
std::string_view safetensors_name(DType dtype) noexcept;
/// "text" with JSON's escapes and quotes. @throws Error bad_value when it is no UTF-8.
std::string json_quoted(std::string_view text);

}  // namespace fanin::io
