// The header of a .npy file: a Python literal, parsed by a grammar of its own. Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanin::io {

struct NpyHeader {
  std::string descr;  ///< e.g. "<f4"
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Parses "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }": the three keys in any order, each
/// once, nothing else.
/// @param name, offset  the file and where `text` starts in it, for messages.
/// @throws Error bad_data; unsupported when descr is a list (a structured array).
NpyHeader parse_npy_header(std::string_view text, std::string_view name, std::uint64_t offset);

}  // namespace fanin::io
