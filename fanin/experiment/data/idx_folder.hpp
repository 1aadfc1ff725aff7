// A folder of IDX files, as MNIST and its relatives are distributed:
//
//     [emnist-balanced-]train-images-idx3-ubyte[.gz]   train-labels-idx1-ubyte[.gz]
//     t10k-images-idx3-ubyte[.gz] or test-images-…     t10k-labels-… or test-labels-…
#pragma once

#include <filesystem>
#include <string_view>

#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Whether the folder holds at least one file of training images.
bool holds_idx_files(const std::filesystem::path& folder);

/// Reads the folder's training and test part. Images keep the orientation of the file (EMNIST's are
/// transposed, which a dense network cannot see).
/// @param variant  which set, when the folder holds several: "balanced" for emnist-balanced-*; may be empty.
/// @throws Error missing_data for a file that is not there, bad_data for damaged or unequal parts,
///         bad_value for labels outside the training part's classes, or several sets and no variant.
RawData read_idx_folder(const std::filesystem::path& folder, std::string_view name, std::string_view variant);

}  // namespace fanin::experiment
