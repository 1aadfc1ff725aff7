// Private to this room: who trains the runs of a sweep. An executor takes jobs in their order and hands every finished
// run to the board, which alone writes the store.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "fanin/experiment/store/store.hpp"
#include "fanin/experiment/sweep/run_point.hpp"
#include "fanin/experiment/sweep/sweep.hpp"

namespace fanin::experiment {

struct SweepJob {
  std::size_t point = 0;  ///< index into the result's points
  double cost_per_step = 0;
  double cost = 0;   ///< of all its steps
  double bytes = 0;  ///< of memory, while it is trained
};

/// What is done so far: in the store, in the result and before the observer.
class SweepBoard final {
 public:
  SweepBoard(SweepResult& result, std::vector<SweepJob> jobs, StoreWriter& store, std::int64_t experiment,
             SweepObserver* observer);

  [[nodiscard]] const std::vector<SweepJob>& jobs() const noexcept { return jobs_; }
  [[nodiscard]] const SweepPoint& point(std::size_t job) const { return result_.points[jobs_[job].point]; }
  /// The counter of a job's steps, for whoever trains it.
  [[nodiscard]] std::atomic<std::int64_t>& steps(std::size_t job) { return steps_[job]; }

  void begin(std::size_t job);
  void moved();  ///< from any thread, at any time
  /// Commits the run; nothing means that it was interrupted. From any thread.
  void end(std::size_t job, std::optional<StoredRun> run);
  [[nodiscard]] SweepMoment moment() const;
  /// Whether every job has been brought to its end, whatever that was.
  [[nodiscard]] bool all_ended() const;

 private:
  SweepResult& result_;
  std::vector<SweepJob> jobs_;
  StoreWriter& store_;
  std::int64_t experiment_;
  SweepObserver* observer_;
  std::vector<std::atomic<std::int64_t>> steps_;
  std::vector<std::atomic<int>> states_;  // 0 waiting, 1 running, 2 done, 3 interrupted
  std::mutex mutex_;
};

/// Threads of this process, each with one run at a time.
/// @throws Error bad_value when as many runs at a time take more memory than there is; whatever a run threw that was no
/// Error, or the board, after all threads have ended.
void run_on_threads(SweepBoard& board, const RunPointContext& context, int workers, const std::stop_token& stop);

/// Runs all of a board's jobs.
using SweepExecution =
    std::function<void(SweepBoard& board, const RunPointContext& context, const std::stop_token& stop)>;

/// As run_sweep, whoever trains. @param workers  for the observer: how many there are.
SweepResult run_sweep_by(const SweepPlan& plan, const DataSet& data, const SweepOptions& options,
                         SweepObserver* observer, std::stop_token stop, const SweepExecution& execution, int workers);

}  // namespace fanin::experiment
