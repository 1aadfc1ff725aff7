// Live progress of a sweep: a line for each run that ends, and on a terminal a bar over all of them that is redrawn ten
// times a second; elsewhere a plain line now and then. It is drawn by the workers between two steps.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "fanin/experiment/sweep/sweep.hpp"
#include "fanin/report/progress_model.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

class SweepProgress final : public experiment::SweepObserver {
 public:
  /// @param file_descriptor  where the lines go; what cannot be written there is lost in silence.
  SweepProgress(int file_descriptor, const Terminal& terminal);
  /// As finish().
  ~SweepProgress() override;

  /// The first line, before the data set is read.
  void loading(std::string_view data);
  void started(const experiment::SweepResult& result, const experiment::SweepMoment& moment, int workers) override;
  void run_finished(const experiment::SweepPoint& point, const experiment::StoredRun& run,
                    const experiment::SweepMoment& moment) override;
  bool wants_moment() noexcept override;
  void moved(const experiment::SweepMoment& moment) override;

  /// Prints a line above the bar. From any thread.
  void say(std::string_view line, Style style);
  /// Removes the bar.
  void finish();
  /// Leaves the bar's line before the process is suspended, or exits at once.
  void leave() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] double now() const;
  void put(std::string_view line, Style style);  // with mutex_ held, like the next two
  void draw(const std::string& line);
  void clear();

  int file_descriptor_;
  Terminal terminal_;
  std::timed_mutex mutex_;
  Clock::time_point begin_;
  RateMeter costs_;
  std::atomic<double> next_draw_{0};
  bool drawn_ = false;
};

/// "12 of 60 runs  2 running  3.4 runs/min  5:12 left", on an interactive terminal behind a bar and never wider than
/// its line.
/// @param seconds        since this process began to run.
/// @param cost_per_second  lately.
std::string sweep_moment_line(const experiment::SweepMoment& moment, double seconds, double cost_per_second,
                              const Terminal& terminal);

/// "he_normal, depth=8 seed 1: test 88.10 %, 7.3 s".
std::string sweep_run_line(const experiment::SweepPoint& point, const experiment::StoredRun& run);

}  // namespace fanin::report
