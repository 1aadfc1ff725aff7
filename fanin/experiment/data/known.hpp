// Data sets that go by a name and lie in one of the usual folders, as IDX files or CIFAR-10's batches.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Whether `name` is fashion-mnist, mnist, kmnist, emnist or cifar-10.
bool is_known_file_set(std::string_view name) noexcept;

/// Where a named data set is looked for, in this order: $FANIN_DATA_DIR/<name>,
/// /usr/share/datasets/<name>, ./data/<name>, ~/.cache/fanin/<name>.
std::vector<std::filesystem::path> usual_folders(std::string_view name);

/// A named data set and the folder that has its files; empty when none of the usual ones does.
struct KnownSet {
  std::string name;
  std::filesystem::path folder;
};
/// All of them.
std::vector<KnownSet> look_for_known_sets();

/// Reads a named data set; emnist takes split=balanced|byclass|bymerge|digits|letters|mnist.
/// cifar-10 may also lie in its archive's own folder, cifar-10-batches-bin.
/// @throws Error missing_data that says where it was looked for and how to get it; else as
///         read_idx_folder and read_cifar10_folder.
RawData read_known_set(const CallExpr& call);

}  // namespace fanin::experiment
