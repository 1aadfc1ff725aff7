// What a training is made of, from its resolved settings.
#pragma once

#include <cstdint>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/training/schedule.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {

/// @param settings  as returned by resolve.
engine::PlanOptions plan_options(const TrainSettings& settings, const DataSet& data);
/// Rows that the plan computes at once: a step's rows, or one of its parts.
std::int64_t rows_at_once(const TrainSettings& settings) noexcept;
std::int64_t steps_per_epoch(const TrainSettings& settings, const DataSet& data) noexcept;
std::int64_t total_steps(const TrainSettings& settings, const DataSet& data) noexcept;

}  // namespace fanin::experiment
