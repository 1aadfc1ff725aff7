#include "apps/fanin/write_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fanin/report/numbers.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/text.hpp"

namespace fanin::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kFrame = 100ms;
constexpr auto kPatience = 200ms;
constexpr double kLineEvery = 5;  // seconds, away from a terminal
constexpr double kGiga = 1e9;
constexpr std::size_t kBarWidth = 30;

std::string bar(double fraction, std::size_t width, bool unicode) {
  const auto full = static_cast<std::size_t>(std::floor(fraction * static_cast<double>(width)));
  std::string text;
  for (std::size_t i = 0; i < width; ++i) {
    if (unicode) {
      text += i < full ? "━" : "╌";
    } else {
      text += i < full ? '#' : '.';
    }
  }
  return text;
}

}  // namespace

std::string byte_count(double bytes) {
  constexpr std::string_view kUnits[] = {"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{:.0f} bytes", bytes);
  std::size_t unit = 0;
  double value = bytes / 1000;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{} {}", report::significant(value), kUnits[unit]);
}

WriteDisplay::WriteDisplay(int file_descriptor, const report::Terminal& terminal,
                           const experiment::WriteProgress& progress, std::string_view afterwards)
    : file_descriptor_(file_descriptor),
      terminal_(terminal),
      progress_(progress),
      afterwards_(afterwards),
      begin_(Clock::now()),
      next_line_(kLineEvery),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

WriteDisplay::~WriteDisplay() { finish(); }

double WriteDisplay::seconds() {
  const std::uint64_t checked = progress_.checked;
  if (checked != begin_checked_) {  // the clock of writing starts after the check of a partial file
    begin_checked_ = checked;
    begin_ = Clock::now();
    next_line_ = kLineEvery;
  }
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

std::string WriteDisplay::numbers(double seconds) const {
  const std::uint64_t written = progress_.written;
  const std::uint64_t checked = progress_.checked;
  const std::uint64_t total = progress_.total;
  const double percent = total == 0 ? 100 : 100 * static_cast<double>(written) / static_cast<double>(total);
  if (written == total) return fmt::format("100 %  {}, {}", byte_count(static_cast<double>(total)), afterwards_);
  if (checked == written && checked != 0) {
    return fmt::format("{:3.0f} %  checking {}", std::floor(percent), byte_count(static_cast<double>(checked)));
  }
  const auto fresh = static_cast<double>(written - std::min(checked, written));
  const double rate = seconds > 0 ? fresh / seconds : 0;
  const double left = rate > 0 ? static_cast<double>(total - written) / rate : std::numeric_limits<double>::infinity();
  return fmt::format("{:3.0f} %  {} of {}  {:.2f} GB/s  {} left", std::floor(percent),
                     byte_count(static_cast<double>(written)), byte_count(static_cast<double>(total)), rate / kGiga,
                     report::clock_time(left));
}

std::string WriteDisplay::line(double seconds) const {
  const std::uint64_t total = progress_.total;
  const double fraction = total == 0 ? 1 : static_cast<double>(progress_.written) / static_cast<double>(total);
  const std::string text = numbers(seconds);
  const auto width = static_cast<std::size_t>(std::max(terminal_.width - 1, 1));
  const std::size_t taken = report::display_width(text) + 2;
  const std::size_t room = width > taken ? std::min(width - taken, kBarWidth) : 0;
  const std::string drawn = room >= 4 ? bar(fraction, room, terminal_.unicode) + "  " + text : text;
  return report::clip(drawn, width, terminal_.unicode);
}

void WriteDisplay::tick() {
  const double now = seconds();
  const std::uint64_t total = progress_.total;
  if (finished_ || total == 0) return;
  if (terminal_.interactive) {
    report::refresh_size(file_descriptor_, terminal_);
    report::write_all(file_descriptor_, fmt::format("\r{}\x1b[K", line(now)));
    drawn_ = true;
  } else if (now >= next_line_) {
    next_line_ = now + kLineEvery;
    report::write_all(file_descriptor_, numbers(now) + "\n");
  }
}

void WriteDisplay::say(std::string_view line) {
  const std::lock_guard lock(mutex_);
  const std::string safe = report::printable(line, terminal_.unicode);
  report::write_all(file_descriptor_, drawn_ ? fmt::format("\r{}\x1b[K\r\n", safe) : safe + "\n");
  drawn_ = false;
}

void WriteDisplay::finish() {
  if (thread_.joinable()) {
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
  }
  const std::lock_guard lock(mutex_);
  finished_ = true;
  if (drawn_) report::write_all(file_descriptor_, "\r\x1b[K");
  drawn_ = false;
}

void WriteDisplay::suspend() {
  const std::lock_guard lock(mutex_);
  if (drawn_) report::write_all(file_descriptor_, "\r\n");
  drawn_ = false;
}

void WriteDisplay::abandon() noexcept {
  const bool locked = mutex_.try_lock_for(kPatience);
  if (drawn_) report::write_all(file_descriptor_, "\r\n");
  if (locked) finished_ = true;  // the mutex stays locked: nobody draws again before the exit
}

void WriteDisplay::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    tick();
    wake_.wait_for(lock, stop, kFrame, [&stop] { return stop.stop_requested(); });
  }
}

}  // namespace fanin::cli
