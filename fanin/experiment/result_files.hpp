// The files a comparison leaves behind: result.json and epochs.csv.
//
//     write_file_atomically("result.json", to_json(result));   // a reader never sees half of one
#pragma once

#include <string>

#include "fanin/experiment/compare.hpp"
#include "fanin/io/atomic_file.hpp"

namespace fanin::experiment {

using io::write_file_atomically;

/// {"version","experiment":{…},"runs":[…],"summary":[…]}, indented, keys in a fixed order, numbers in
/// the shortest form that reads back the same. Non-finite numbers are null. Members called "seconds"
/// are the only ones that differ between repeats, and experiment.workers between worker counts.
std::string to_json(const CompareResult& result);

/// One row per run and epoch, with a header; RFC 4180. Non-finite numbers are empty cells.
std::string to_csv(const CompareResult& result);

/// The settings that determine the results, as a JSON object in one line.
std::string settings_to_json(const CompareSettings& settings);

}  // namespace fanin::experiment
