// Live progress of a training: what is trained, a line for each epoch, and on a terminal a bar that is
// redrawn ten times a second; elsewhere a plain line now and then. It draws from the training thread
// between two steps, so that nothing runs beside the training.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "fanin/experiment/training/train.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

class TrainProgress final : public experiment::TrainObserver {
 public:
  /// @param file_descriptor  where the lines go; what cannot be written there is lost in silence.
  TrainProgress(int file_descriptor, const Terminal& terminal);
  /// As finish().
  ~TrainProgress() override;

  /// The first line, before the data set is read.
  void loading(std::string_view data);
  void started(const experiment::TrainResult& result, const net::Graph& graph) override;
  void stepped(const experiment::TrainMoment& moment) override;
  void evaluating() override;
  void epoch_finished(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch) override;

  /// Prints a line above the bar. From any thread.
  void say(std::string_view line, Style style);
  /// Removes the bar.
  void finish();
  /// Leaves the bar's line before the process is suspended, or exits at once: what comes next stands below.
  void leave() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  void put(std::string_view line, Style style);  // with mutex_ held, like the next two
  void draw(const std::string& line);
  void clear();

  int file_descriptor_;
  Terminal terminal_;
  std::timed_mutex mutex_;
  Clock::time_point begin_;
  double next_draw_ = 0;
  std::int64_t first_step_ = -1;  // of this process: a resumed training has taken some before
  bool drawn_ = false;
};

/// How fast a training goes.
struct TrainPace {
  double rows_per_second = 0;
  double seconds_left = 0;
};

/// "epoch 3 of 10  step 1,234 of 9,380  loss 0.3321  87.9 %  52,000 rows/s  0:42 left", on an interactive terminal
/// behind a bar and never wider than its line: what matters least goes first.
std::string train_moment_line(const experiment::TrainMoment& moment, const TrainPace& pace, const Terminal& terminal);

/// "epoch 3 of 10   loss 0.3321   train 87.95 %   test 86.80 %   7.3 s": one line of a training's story.
std::string epoch_line(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch);

/// The end of a training in plain words.
std::string train_report(const experiment::TrainResult& result, const Terminal& terminal);
std::string evaluation_report(const experiment::Evaluation& evaluation, const Terminal& terminal);

}  // namespace fanin::report
