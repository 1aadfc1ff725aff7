// The checksum of TensorFlow's record files: CRC-32C (Castagnoli), and the form of it that is stored. Private to this
// room.
#pragma once

#include <cstdint>
#include <string_view>

namespace fanin::io {

/// Polynomial 0x1EDC6F41, reflected, as in RFC 3720, appendix B.4. "123456789" gives 0xE3069283.
std::uint32_t crc32c(std::string_view bytes) noexcept;

/// Rotated right by 15 bits plus 0xA282EAD8: a record that holds records with checksums must not look like one.
constexpr std::uint32_t masked(std::uint32_t crc) noexcept { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U; }

}  // namespace fanin::io
