// Data sets that go by a name and lie in one of the usual folders, as IDX files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Whether `name` is fashion-mnist, mnist, kmnist or emnist.
bool is_known_file_set(std::string_view name) noexcept;

/// Where a named data set is looked for, in this order: $FANIN_DATA_DIR/<name>,
/// /usr/share/datasets/<name>, ./data/<name>, ~/.cache/fanin/<name>.
std::vector<std::filesystem::path> usual_folders(std::string_view name);

/// Reads a named data set; emnist takes split=balanced|byclass|bymerge|digits|letters|mnist.
/// @throws Error missing_data that says where it was looked for and how to get it; else as
///         read_idx_folder.
RawData read_known_set(const CallExpr& call);

}  // namespace fanin::experiment
