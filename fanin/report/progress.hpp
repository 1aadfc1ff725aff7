// Live progress of a comparison. On a terminal: bars that a thread of its own redraws ten times a
// second from the workers' counters, with finished runs scrolling away above them. Elsewhere:
// plain lines, one when a run starts, one when it ends, and now and then one for everything.
//
//     report::CompareProgress progress(STDERR_FILENO, terminal);
//     progress.loading("fashion-mnist");
//     result = experiment::compare(settings, data, &progress, stop);
//     progress.finish();
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fanin/experiment/compare.hpp"
#include "fanin/report/progress_model.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// Writes all of `text`; false when the other side refuses it (closed pipe, full disk).
bool write_all(int file_descriptor, std::string_view text) noexcept;

class CompareProgress final : public experiment::CompareObserver {
 public:
  /// @param file_descriptor  where the lines go; what cannot be written there is lost in silence,
  ///                         because training must not end with its display.
  CompareProgress(int file_descriptor, const Terminal& terminal);
  /// As finish().
  ~CompareProgress() override;
  CompareProgress(const CompareProgress&) = delete;
  CompareProgress& operator=(const CompareProgress&) = delete;

  /// The first line, before the data set is read.
  void loading(std::string_view data);

  void started(const experiment::CompareSettings& settings, const experiment::DataSet& data, std::int64_t steps_per_run,
               std::span<const experiment::RunResult> runs, std::span<const experiment::RunProgress> progress) override;
  void epoch_finished(const experiment::RunResult& run, std::size_t index,
                      const experiment::EpochRecord& epoch) override;
  void run_finished(const experiment::RunResult& run, std::size_t index) override;
  /// As finish().
  void ended() noexcept override { finish(); }

  /// Prints one line among the progress. From any thread.
  void say(std::string_view line, Style style);
  /// Removes the bars and brings the cursor back; nothing is drawn afterwards.
  void finish();
  /// Brings the cursor back while the process is suspended; bars come again below when it goes on.
  void suspend();
  /// Brings the cursor back before the process exits at once. Waits for a drawing thread only briefly.
  void abandon() noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  double now() const;
  void put_line(std::string_view line, Style style);  // with mutex_ held, like all below
  void draw(std::vector<std::string> lines);          // permanent lines, then the bars below them
  void move_above_bars(std::string& frame);
  void announce_start(std::size_t index);
  void tick();
  void work(const std::stop_token& stop);

  int file_descriptor_;
  Terminal terminal_;
  Clock::time_point begin_;
  std::timed_mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<ProgressModel> model_;
  std::vector<experiment::RunResult> runs_;  // names and seeds only
  std::span<const experiment::RunProgress> counters_;
  std::size_t name_width_ = 0;
  std::vector<bool> announced_;
  std::vector<std::size_t> drawn_widths_;  // of the bars' lines on the screen now
  double next_summary_ = 0;
  bool cursor_hidden_ = false;
  bool finished_ = false;
  std::jthread thread_;
};

}  // namespace fanin::report
