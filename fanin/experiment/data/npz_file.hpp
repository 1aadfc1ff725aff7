// A data set in a NumPy archive: x_train, y_train and perhaps x_test, y_test, as keras saves MNIST; or
// X and y (x, y), which a test part is cut from. Upper and lower case do not matter.
#pragma once

#include <filesystem>

#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Reads the archive. y [rows] or [rows, 1] of integers holds labels, unless `task` says
/// regression; y [rows] or [rows, outputs] of floats holds targets, unless it says classification.
/// @throws Error bad_data naming the file and the array; bad_value for labels outside the classes.
RawData read_npz_file(const std::filesystem::path& path, Task task);

}  // namespace fanin::experiment
