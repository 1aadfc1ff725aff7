// Decompression as a ByteSource: gzip files and the raw deflate streams inside zip archives. Private
// to the room.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fanin/io/bytes.hpp"

namespace fanin::io {

enum class Packing {
  gzip,  ///< one or more gzip members, each with its checksum verified
  raw,   ///< one deflate stream without header
};

/// Decompresses what `packed` delivers. @throws Error (from read) bad_data at the offset in the
/// compressed data, also when bytes follow the end.
std::unique_ptr<ByteSource> inflate_source(std::unique_ptr<ByteSource> packed, Packing packing);

}  // namespace fanin::io
