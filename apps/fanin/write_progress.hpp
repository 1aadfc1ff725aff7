// Live progress of writing or reading a file: on a terminal one line with a bar, GB/s and the time that remains,
// redrawn ten times a second; elsewhere a plain line now and then.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "fanin/experiment/weights/write.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

/// "0.94 MB", "5.0 GB", "12 bytes": powers of 1000.
std::string byte_count(double bytes);

class WriteDisplay final {
 public:
  /// @param progress  must outlive the object.
  /// @param afterwards  what goes on when all bytes are through; a literal.
  WriteDisplay(int file_descriptor, const report::Terminal& terminal, const experiment::WriteProgress& progress,
               std::string_view afterwards = "waiting for the disk");
  ~WriteDisplay();
  WriteDisplay(const WriteDisplay&) = delete;
  WriteDisplay& operator=(const WriteDisplay&) = delete;

  /// Prints a line above the bar. From any thread.
  void say(std::string_view line);
  /// Removes the bar; nothing is drawn afterwards.
  void finish();
  /// The cursor belongs to somebody else for a while.
  void suspend();
  /// Before the process exits at once.
  void abandon() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  void tick();
  void work(const std::stop_token& stop);
  double seconds();
  [[nodiscard]] std::string numbers(double seconds) const;
  [[nodiscard]] std::string line(double seconds) const;

  int file_descriptor_;
  report::Terminal terminal_;
  const experiment::WriteProgress& progress_;
  std::string_view afterwards_;
  std::timed_mutex mutex_;
  std::condition_variable_any wake_;
  Clock::time_point begin_;
  std::uint64_t begin_checked_ = 0;
  double next_line_ = 0;
  bool drawn_ = false;
  bool finished_ = false;
  std::jthread thread_;
};

}  // namespace fanin::cli
