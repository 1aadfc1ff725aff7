// A data set in a CSV table: one column is the target, every other one a feature.
#pragma once

#include <filesystem>
#include <string_view>

#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Reads the table. A target column of words holds class names, numbered in alphabetical order; one
/// of whole numbers holds labels from 0, unless `task` says regression; any other, targets.
/// @param target_column  its name, or 0-based index; "-1" is the last.
/// @throws Error bad_value naming --target when the column is missing; bad_data naming file and line.
RawData read_csv_file(const std::filesystem::path& path, std::string_view target_column, Task task);

}  // namespace fanin::experiment
