// Many trainings from one file: each run is serial, several run at the same time, and each is committed to the store in
// the output folder when it ends. The same sweep into the same folder goes on where the last one ended, however it
// ended.
//
//     const SweepPlan plan = read_sweep("depth.toml");
//     const DataSet data = load_data_set(plan.data, plan.data_options);
//     const SweepResult result = run_sweep(plan, data, {.folder = "runs/depth", .workers = 2}, nullptr, {});
//     const SweepSummary summary = summarize(result);
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/store/records.hpp"
#include "fanin/experiment/sweep/points.hpp"
#include "fanin/experiment/sweep/sweep_file.hpp"

namespace fanin::experiment {

/// What determines no result.
struct SweepOptions {
  std::filesystem::path folder = {};  ///< of the store; made where it is missing
  int workers = 0;                    ///< 0: one per core
  std::int64_t shard = 0;             ///< from 0; a part of the runs, by key
  std::int64_t shards = 1;
  bool extend = false;  ///< the plan may differ from the one that the folder has: runs that both have are kept
  std::int64_t max_runs = kDefaultMaxRuns;
  std::string command_line = {};  ///< for the store, as is the time
  std::string created_at = {};
};

struct SweepResult {
  SweepPlan plan;
  StoredExperiment experiment;  ///< as the store has it
  std::string data_name;
  std::int64_t train_rows = 0;
  std::int64_t validation_rows = 0;
  std::int64_t test_rows = 0;
  bool has_accuracy = true;
  double chance_accuracy = 0;                  ///< of the test part's most frequent class; NaN without labels
  double validation_chance = 0;                ///< likewise of the validation part; NaN without one
  std::vector<SweepPoint> points;              ///< all of the plan, or of the shard
  std::vector<std::optional<StoredRun>> runs;  ///< by point; nothing where it has not been run
  std::int64_t kept = 0;                       ///< complete runs that were there before
  bool interrupted = false;
  double seconds = 0;
};

/// What the store will have of a run but for what it gives: key, init, seed and the settings of its axes.
StoredRun planned_run(const SweepPoint& point);

/// How far a sweep is. Costs are estimates in no unit: steps times what a step takes.
struct SweepMoment {
  std::int64_t runs = 0;
  std::int64_t done = 0;  ///< those that were there before included
  std::int64_t kept = 0;  ///< those that were there before
  std::int64_t running = 0;
  double cost = 0;  ///< of the runs that were left to do
  double cost_done = 0;
};

/// Called from worker threads, one call at a time but for `moved`.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  SweepObserver() = default;
  SweepObserver(const SweepObserver&) = delete;
  SweepObserver& operator=(const SweepObserver&) = delete;
  virtual void started(const SweepResult& result, const SweepMoment& moment, int workers) = 0;
  virtual void run_finished(const SweepPoint& point, const StoredRun& run, const SweepMoment& moment) = 0;
  /// Whether `moved` is to be called now; cheap, from any thread at any time.
  virtual bool wants_moment() noexcept = 0;
  virtual void moved(const SweepMoment& moment) = 0;
};

/// Runs what the folder's store does not have yet. A run that diverges or is given up is a result. One that fails, by
/// an Error or for want of memory, is kept with its message and ends nothing else; each later call tries it once more.
/// The store's contents but for times are the same for any number of workers, on one processor type and oneDNN version.
/// @param observer  may be null; an exception from it ends the sweep.
/// @throws Error bad_value naming what differs when the folder holds another sweep of this name; those of the store;
///         and the first run's when no run's settings suit the data.
SweepResult run_sweep(const SweepPlan& plan, const DataSet& data, const SweepOptions& options, SweepObserver* observer,
                      std::stop_token stop);

}  // namespace fanin::experiment
