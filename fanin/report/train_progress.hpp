// Live progress of a training: what is trained, a line for each epoch, and on a terminal a bar that is
// redrawn ten times a second; elsewhere a plain line now and then. It draws from the training thread
// between two steps, so that nothing runs beside the training.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "fanin/experiment/training/train.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

class TrainProgress final : public experiment::TrainObserver {
 public:
  /// @param file_descriptor  where the lines go; what cannot be written there is lost in silence.
  TrainProgress(int file_descriptor, const Terminal& terminal);

  /// The first line, before the data set is read.
  void loading(std::string_view data);
  void started(const experiment::TrainResult& result, const net::Graph& graph) override;
  void stepped(const experiment::TrainMoment& moment) override;
  void evaluating() override;
  void epoch_finished(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch) override;

  /// Prints a line above the bar.
  void say(std::string_view line, Style style);

 private:
  using Clock = std::chrono::steady_clock;
  void put(std::string_view line, Style style);
  void draw(const std::string& line);
  void clear();

  int file_descriptor_;
  Terminal terminal_;
  Clock::time_point begin_;
  double next_draw_ = 0;
  std::int64_t first_step_ = -1;  // of this process: a resumed training has taken some before
  bool drawn_ = false;
};

/// "epoch 3 of 10   loss 0.3321   train 87.95 %   test 86.80 %   7.3 s": one line of a training's story.
std::string epoch_line(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch);

/// The end of a training in plain words.
std::string train_report(const experiment::TrainResult& result, const Terminal& terminal);
std::string evaluation_report(const experiment::Evaluation& evaluation, const Terminal& terminal);

}  // namespace fanin::report
