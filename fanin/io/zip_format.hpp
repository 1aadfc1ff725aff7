// The numbers of the zip format that reader and writer share. Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fanin::io::zip {

// Signatures of the records (APPNOTE 4.3.7, 4.3.12, 4.3.14 to 4.3.16).
inline constexpr std::uint32_t kLocalHeader = 0x04034B50;
inline constexpr std::uint32_t kCentralHeader = 0x02014B50;
inline constexpr std::uint32_t kEnd = 0x06054B50;
inline constexpr std::uint32_t kEnd64 = 0x06064B50;
inline constexpr std::uint32_t kEnd64Locator = 0x07064B50;

// Their sizes without the variable parts, signature included.
inline constexpr std::size_t kLocalHeaderBytes = 30;
inline constexpr std::size_t kCentralHeaderBytes = 46;
inline constexpr std::size_t kEndBytes = 22;
inline constexpr std::size_t kEnd64Bytes = 56;
inline constexpr std::size_t kEnd64LocatorBytes = 20;

inline constexpr std::uint16_t kZip64Extra = 0x0001;  // APPNOTE 4.5.3
inline constexpr std::uint32_t kIn64 = 0xFFFFFFFF;    // "see the zip64 field"
inline constexpr std::uint16_t kCountIn64 = 0xFFFF;
inline constexpr std::size_t kMaxComment = 0xFFFF;

inline constexpr std::uint16_t kEncrypted = 1U << 0;  // bits of the flags field
inline constexpr std::uint16_t kUtf8Name = 1U << 11;

inline constexpr std::uint16_t kVersionZip64 = 45;          // "4.5", the first with zip64
inline constexpr std::uint16_t kFirstDay = (1U << 5) | 1U;  // 1980-01-01, the format's day zero

}  // namespace fanin::io::zip
