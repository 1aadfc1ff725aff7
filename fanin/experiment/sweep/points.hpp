// The runs that a plan means: the same on every machine, each with a key that says what it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fanin/experiment/sweep/sweep_file.hpp"

namespace fanin::experiment {

inline constexpr std::int64_t kDefaultMaxRuns = 10'000;

struct SweepPoint {
  std::string key;                        ///< sixteen hexadecimal digits: a hash of everything that determines the run
  std::vector<SettingValue> values = {};  ///< of the plan's axes, in their order
  std::uint64_t seed = 1;
  TrainSettings settings = {};  ///< canonical as far as they are without the data
};

/// Every point once: by seed, then as the axes run, the last one fastest. Seeds, the learning rate where it is selected
/// and the compared axis are always taken in full; what is left is a grid, or drawn.
/// @throws Error bad_value for more than `max_runs`, or where settings of several axes contradict each other.
std::vector<SweepPoint> expand(const SweepPlan& plan, std::int64_t max_runs = kDefaultMaxRuns);

/// Positions of the points that part `index` (from 0) of `count` has: by key, each count-th.
std::vector<std::size_t> shard_of(const std::vector<SweepPoint>& points, std::int64_t index, std::int64_t count);

/// The network files that a plan names, each with a hash of its contents. @throws Error as io::read_file.
std::vector<SettingValue> network_files(const SweepPlan& plan);

/// "depth=8, init=he_normal", for people.
std::string to_string(const std::vector<SettingValue>& values);

}  // namespace fanin::experiment
