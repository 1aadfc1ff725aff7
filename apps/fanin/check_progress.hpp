// One line on the terminal that says what a check is doing; nothing elsewhere, and nothing for what ends at once.
#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

#include "fanin/experiment/probe/probe.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

class CheckProgress final {
 public:
  /// @param wanted  false: it never shows anything.
  CheckProgress(int file_descriptor, bool wanted);
  /// As clear().
  ~CheckProgress();
  CheckProgress(const CheckProgress&) = delete;
  CheckProgress& operator=(const CheckProgress&) = delete;

  void show(const experiment::ProbeMoment& moment);
  /// Takes the line away; a later show() brings it back. From any thread.
  void clear() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  int file_descriptor_;
  report::Terminal terminal_;
  bool wanted_;
  std::mutex mutex_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point drawn_at_ = {};
  bool drawn_ = false;
};

}  // namespace fanin::cli
