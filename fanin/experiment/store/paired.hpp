// Two sorts of runs against each other, paired: runs that differ in nothing but what is compared, seed by seed.
//
//     const PairedRuns pairs = pair_runs(reader.runs({.experiment = id}), "he_normal", "glorot_normal");
//     if (!pairs.established) ...          // the 95 % interval of the mean difference holds zero
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/statistics.hpp"
#include "fanin/experiment/store/records.hpp"
#include "fanin/experiment/store/run_numbers.hpp"

namespace fanin::experiment {

struct RunPair {
  std::uint64_t seed = 0;
  std::string settings = {};  ///< what else both have in common, as a JSON object
  double first = 0;
  double second = 0;
};

struct PairedRuns {
  std::string first = {};  ///< as it was asked for
  std::string second = {};
  RunNumber number = {};
  std::vector<RunPair> pairs = {};
  Estimate difference = {};   ///< of first minus second
  bool established = false;   ///< the 95 % interval excludes zero
  std::int64_t left_out = 0;  ///< runs of either sort that diverged, failed or did not come to their end
  std::int64_t without_partner = 0;
};

/// Which runs are meant: an initialization ("he_normal"), or a setting and its value ("gain=1.5").
/// @param number  null: test_accuracy, or test_loss where there is no accuracy.
/// @throws Error unknown_name when no run is meant; bad_value when both sorts are the same.
PairedRuns pair_runs(std::span<const StoredRun> runs, std::string_view first, std::string_view second,
                     const RunNumber* number = nullptr);

}  // namespace fanin::experiment
