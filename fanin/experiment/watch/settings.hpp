// Whether a training is watched, which changes none of its bits.
#pragma once

#include <cstdint>
#include <filesystem>

namespace fanin::experiment {

struct WatchSettings {
  bool on = false;
  bool page = false;        ///< watched for report.html, with histograms; without `on` nothing else says so
  std::int64_t every = 50;  ///< steps between two full records, >= 1; of units they tell in the 0th, 1st, 2nd, 4th, …
  /// File to write the trace to, while it goes on; of a comparison a folder that is there, for INIT-seedN.jsonl of each
  /// run. Empty: none.
  std::filesystem::path trace = {};

  [[nodiscard]] bool watched() const noexcept { return on || page; }
  [[nodiscard]] bool silent() const noexcept { return page && !on; }
};

/// @throws Error bad_value naming --watch-every or --trace.
void check_watch(const WatchSettings& settings);

}  // namespace fanin::experiment
