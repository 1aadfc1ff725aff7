// A batch file of CIFAR-10's binary version, plain or gzip: records of 3073 bytes without a header,
//
//     label 0…9 | 1024 red bytes | 1024 green bytes | 1024 blue bytes, each channel row-major 32 x 32
//
// @source  A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the
//          section "Binary version" of the data set's page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "fanin/io/array.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::io {

struct Cifar10Batch {
  Array images;  ///< u8 [n, 3, 32, 32]
  Array labels;  ///< u8 [n], each in [0, 10)
};

/// Reads a batch file.
///
///     const Cifar10Batch batch = read_cifar10("data_batch_1.bin");  // 10,000 images
///
/// @param limit  the most bytes to take into memory.
/// @throws Error missing_data; io_failure; bad_data with file and byte offset for a file without
///         records, one that ends inside a record, a label above 9, or more than `limit` bytes.
Cifar10Batch read_cifar10(const std::filesystem::path& path, std::uint64_t limit = kDefaultByteLimit);
/// The same from memory (plain or gzip); `name` stands for the path in messages.
Cifar10Batch parse_cifar10(std::span<const std::byte> bytes, std::string_view name,
                           std::uint64_t limit = kDefaultByteLimit);

}  // namespace fanin::io
