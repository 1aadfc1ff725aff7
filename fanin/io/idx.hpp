// IDX files, plain or gzip: the format of MNIST, Fashion-MNIST, KMNIST and EMNIST.
//
//     0 0 type rank | rank big-endian u32 extents | big-endian values, row-major
//
// @source  Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "The IDX file format".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "fanin/io/array.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::io {

/// Reads an IDX file of any of the six element types (u8, i8, i16, i32, f32, f64).
///
///     const Array images = read_idx("train-images-idx3-ubyte.gz");  // u8 [60000, 28, 28]
///
/// @param limit  the most bytes of values to take into memory.
/// @throws Error missing_data; io_failure; bad_data with file and byte offset for a wrong magic
///         number, an unknown type, a rank outside 1..32, extents whose product overflows or exceeds
///         `limit`, data that end early and data that go on behind the last value.
Array read_idx(const std::filesystem::path& path, std::uint64_t limit = kDefaultByteLimit);
/// The same from memory (plain or gzip); `name` stands for the path in messages.
Array parse_idx(std::span<const std::byte> bytes, std::string_view name, std::uint64_t limit = kDefaultByteLimit);

}  // namespace fanin::io
