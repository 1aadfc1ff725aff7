// What a training is made of, from its resolved settings.
#pragma once

#include <cstdint>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/training/schedule.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/init/network_scheme.hpp"

namespace fanin::experiment {

struct TrainSetup {
  TrainSettings settings;   ///< resolved
  net::Graph graph;         ///< with the multipliers of its scheme
  init::NetworkPlan start;  ///< for that graph
};

/// Fills in every default and checks every setting against data and network, before anything runs.
/// @param graph  the network, where it is not to be built from the settings: that of a checkpoint.
/// @throws Error naming the option.
TrainSetup prepare(const TrainSettings& settings, const DataSet& data, const net::Graph* graph = nullptr);

/// What can be said of settings without data and network. @throws Error naming the option.
void check_settings(const TrainSettings& settings);

/// @param settings  resolved, here and below.
/// @throws Error bad_value when it takes more memory than the machine has.
void check_memory(const TrainSettings& settings, const net::Graph& graph);

/// @param scaling  of the inputs.
engine::PlanOptions plan_options(const TrainSettings& settings, const DataSet& data, const InputScaling& scaling);
/// Rows that the plan computes at once: a step's rows, or one of its parts.
std::int64_t rows_at_once(const TrainSettings& settings) noexcept;
std::int64_t steps_per_epoch(const TrainSettings& settings, const DataSet& data) noexcept;
std::int64_t total_steps(const TrainSettings& settings, const DataSet& data) noexcept;

}  // namespace fanin::experiment
