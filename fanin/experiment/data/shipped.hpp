// Files that come with fanin: data/ of the sources, share/fanin/ of an installation.
#pragma once

#include <filesystem>
#include <vector>

namespace fanin::experiment {

/// Where such files are looked for, in this order: $FANIN_DATA_DIR; ../share/fanin beside the running
/// program's folder; share/fanin where the build was to be installed; data/ of the sources it was built from.
std::vector<std::filesystem::path> shipped_folders();

/// The first of these folders' `file`, e.g. "text/pride_and_prejudice.txt".
/// @throws Error missing_data naming the folders.
std::filesystem::path find_shipped(const std::filesystem::path& file);

}  // namespace fanin::experiment
