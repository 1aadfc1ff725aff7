// From what compare, train and check find out to what the store keeps of it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/store/records.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/observe/diagnosis.hpp"
#include "fanin/observe/step_zero.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

/// Without command line and time, which only the program knows.
/// @param settings  as `resolve` returned them. What changes no result (workers, threads) is left out.
StoredExperiment stored_experiment(const CompareSettings& settings);
/// @param kind  train or check.
StoredExperiment stored_experiment(const TrainSettings& settings, ExperimentKind kind);

/// @param steps_per_epoch  optimizer steps; 0: unknown.
StoredEpoch stored_epoch(const EpochRecord& epoch, std::int64_t steps_per_epoch);
StoredEpoch stored_epoch(const TrainEpoch& epoch);

/// Its key is "INIT / seed N".
/// @param steps_per_epoch  optimizer steps; 0: unknown.
StoredRun stored_run(const RunResult& run, std::int64_t steps_per_epoch);
StoredRun stored_run(const TrainResult& result);
/// Of the steps that `check` watched: the losses are of the last step.
StoredRun stored_run(const observe::Trace& trace, const observe::Diagnosis& diagnosis);

/// A row per node and per parameter for each step with full records.
std::vector<StoredLayer> stored_layers(const observe::Trace& trace);
/// A row per layer at step 0, for a run that nobody watched.
std::vector<StoredLayer> stored_layers(const observe::StepZero& start);
std::vector<StoredFinding> stored_findings(const observe::Diagnosis& diagnosis);

}  // namespace fanin::experiment
