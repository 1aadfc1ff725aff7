// The files a comparison leaves behind: result.json and epochs.csv. Written to a temporary file
// and renamed, so a reader never sees half of one. Non-finite numbers are null.
#pragma once

#include <filesystem>
#include <string>

#include "fanin/experiment/compare.hpp"

namespace fanin::experiment {

/// {"version","experiment":{…},"runs":[…],"summary":[…]}, indented.
std::string to_json(const CompareResult& result);
/// One row per run and epoch, with a header.
std::string to_csv(const CompareResult& result);
/// @throws Error io_failure with the path and the system's reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view contents);

}  // namespace fanin::experiment
