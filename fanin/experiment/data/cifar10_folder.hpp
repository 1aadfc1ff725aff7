// A folder of CIFAR-10's binary version, each file plain or gzip:
//
//     data_batch_1.bin … data_batch_5.bin   test_batch.bin
#pragma once

#include <filesystem>
#include <string_view>

#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Whether the folder holds at least one of the six files.
bool holds_cifar10_files(const std::filesystem::path& folder);

/// Reads the folder's training part, the five batches one behind the other, and its test part. The images
/// stay bytes [3, 32, 32]: red, green, blue.
/// @throws Error missing_data naming the file that is not there; bad_data as io::read_cifar10; bad_value
///         when all training labels are the same.
RawData read_cifar10_folder(const std::filesystem::path& folder, std::string_view name);

}  // namespace fanin::experiment
