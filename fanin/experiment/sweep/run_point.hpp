// Private to this room: one run of a sweep, as the store keeps it.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/store/records.hpp"
#include "fanin/experiment/sweep/points.hpp"

namespace fanin::experiment {

struct RunPointContext {
  const DataSet& data;
  double give_up_after = 0;
  double chance = 0;  ///< as chance_level gives it for the training part
};

/// Trains in the calling thread. An Error or a want of memory makes a failed run; nothing when a stop came in between.
/// @param steps  counts the run's steps.
/// @param moved  called after every step; may be empty.
std::optional<StoredRun> run_point(const SweepPoint& point, const RunPointContext& context,
                                   std::atomic<std::int64_t>& steps, const std::function<void()>& moved,
                                   const std::stop_token& stop);

}  // namespace fanin::experiment
