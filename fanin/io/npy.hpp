// NumPy's .npy files, versions 1.0 to 3.0. The header is parsed as the literal it is, never evaluated,
// and pickled objects are refused.
//
// @source  NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "fanin/io/array.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::io {

/// Reads f2, f4, f8, i1, i2, i4, i8, u1 and b1 (as u8) of either byte order and either memory order;
/// u2 and u4 are widened to i32 and i64, u8 to i64 when every value fits. The result is row-major.
/// A gzip file is gunzipped.
/// @throws Error missing_data; io_failure; unsupported (objects, text, complex numbers, structures);
///         bad_data with file and byte offset for anything damaged, or more than `limit` bytes.
Array read_npy(const std::filesystem::path& path, std::uint64_t limit = kDefaultByteLimit);
/// The same from memory; `name` stands for the path in messages.
Array parse_npy(std::span<const std::byte> bytes, std::string_view name, std::uint64_t limit = kDefaultByteLimit);
/// The same from a source that holds one .npy and nothing behind it.
Array read_npy(ByteSource& source, std::uint64_t limit = kDefaultByteLimit);

/// The bytes before the values, magic included, padded to 64 bytes as NumPy does.
/// @throws Error unsupported for bf16, which NumPy does not know.
std::string npy_header(DType dtype, const Shape& shape);
/// Writes a version 1.0 file (little endian, row-major) atomically.
/// @throws Error io_failure; unsupported (bf16); bad_shape when data and shape differ in size.
void write_npy(const std::filesystem::path& path, const ArrayView& array);

}  // namespace fanin::io
