// What a progress display shows, worked out from the counters that the workers write: how far
// each run is, how fast, and how long the rest will take. Knows nothing of terminals, and takes
// the time as an argument, so a test can play any course of events.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fanin/experiment/compare.hpp"

namespace fanin::report {

/// The rate of a counter, averaged over about the last `memory` seconds.
class RateMeter final {
 public:
  explicit RateMeter(double memory_seconds) noexcept : memory_(memory_seconds) {}
  /// `now` must not decrease. The first call starts the clock.
  void update(double now, double count) noexcept;
  /// Per second; 0 before anything was counted.
  [[nodiscard]] double per_second() const noexcept;

 private:
  double memory_;
  double last_time_ = 0;
  double last_count_ = 0;
  double weighted_count_ = 0;  // exponentially forgotten sums: their quotient is the rate
  double weighted_time_ = 0;
  bool started_ = false;
};

/// One run that a worker is busy with.
struct RunningLine {
  std::size_t index = 0;  ///< of the run
  std::string init;
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;  ///< from 1
  double fraction = 0;     ///< of the run's steps
  double loss = 0;
  double accuracy = 0;  ///< NaN for regression
  double samples_per_second = 0;
  double seconds_left = 0;  ///< NaN when unknown
};

struct ProgressSnapshot {
  std::vector<RunningLine> running;  ///< by worker
  std::size_t runs_total = 0;
  std::size_t runs_done = 0;
  std::int64_t epochs = 0;  ///< of each run
  double fraction = 0;      ///< of all steps
  double samples_per_second = 0;
  double seconds_left = 0;  ///< NaN when unknown
};

/// How long `workers` workers need for runs whose remaining durations are known: those in
/// `running` go on, those in `waiting` start in order whenever a worker is free.
double makespan(std::span<const double> running, std::span<const double> waiting, std::size_t workers);

class ProgressModel final {
 public:
  /// @param runs, progress  one entry per run; progress must outlive the model.
  ProgressModel(const experiment::CompareSettings& settings, const experiment::DataSet& data,
                std::int64_t steps_per_run, std::span<const experiment::RunResult> runs,
                std::span<const experiment::RunProgress> progress);

  /// @param now  seconds on any clock that never goes back.
  ProgressSnapshot look(double now);

 private:
  struct Run {
    std::string init;
    std::uint64_t seed = 0;
    RateMeter steps;
  };
  double estimate(const ProgressSnapshot& snapshot, std::size_t waiting) const;

  std::vector<Run> runs_;
  std::span<const experiment::RunProgress> progress_;
  RateMeter all_steps_;
  std::int64_t epochs_;
  std::size_t workers_;
  double steps_per_run_;
  double samples_per_step_;
  bool regression_;
};

}  // namespace fanin::report
