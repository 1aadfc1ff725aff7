#include "fanin/report/progress.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "fanin/report/numbers.hpp"
#include "fanin/report/progress_bars.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using namespace std::chrono_literals;
using experiment::RunResult;
using experiment::RunStatus;

constexpr auto kFrame = 100ms;
constexpr auto kPatience = 200ms;    // of an exit for a thread that is drawing
constexpr double kSummaryEvery = 5;  // seconds, on plain output; a twentieth of the time so far when that is longer
constexpr double kSummaryAtLeastEvery = 60;
constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h";
constexpr std::string_view kEraseToLineEnd = "\x1b[K";
constexpr std::string_view kEraseBelow = "\x1b[J";

std::string outcome(const RunResult& run) {
  if (run.status == RunStatus::diverged) return fmt::format("diverged at step {}", grouped(run.diverged_at_step));
  if (run.epochs.empty()) return "interrupted in its first epoch";
  const experiment::EpochRecord& last = run.epochs.back();
  double seconds = 0;
  for (const experiment::EpochRecord& epoch : run.epochs) seconds += epoch.seconds;
  const std::string quality = std::isfinite(last.test_accuracy) ? "test accuracy " + percent(last.test_accuracy, 2)
                                                                : "test loss " + loss(last.test_loss);
  const std::string when =
      run.status == RunStatus::interrupted ? fmt::format("interrupted after epoch {}: ", last.epoch) : "";
  return fmt::format("{}{}, train loss {}, {}", when, quality, loss(last.train_loss), duration(seconds));
}

}  // namespace

bool write_all(int file_descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(file_descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd ready{file_descriptor, POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0 && errno != EINTR) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

CompareProgress::CompareProgress(int file_descriptor, const Terminal& terminal)
    : file_descriptor_(file_descriptor), terminal_(terminal), begin_(Clock::now()) {}

CompareProgress::~CompareProgress() { finish(); }

double CompareProgress::now() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

void CompareProgress::loading(std::string_view data) {
  const std::lock_guard lock(mutex_);
  put_line(fmt::format("loading {}", data), Style::faint);
}

void CompareProgress::started(const experiment::CompareSettings& settings, const experiment::DataSet& data,
                              std::int64_t steps_per_run, std::span<const RunResult> runs,
                              std::span<const experiment::RunProgress> progress) {
  const std::lock_guard lock(mutex_);
  model_.emplace(settings, data, steps_per_run, runs, progress);
  counters_ = progress;
  announced_.assign(runs.size(), false);
  for (const RunResult& run : runs) {
    RunResult& copy = runs_.emplace_back();
    copy.init = run.init;
    copy.seed = run.seed;
    name_width_ = std::max(name_width_, display_width(run.init));
  }
  put_line(fmt::format("{} {} of {} {}, {} at a time: {} on {} rows of {}", runs.size(),
                       runs.size() == 1 ? "run" : "runs", settings.epochs, settings.epochs == 1 ? "epoch" : "epochs",
                       std::min(static_cast<std::size_t>(std::max(settings.workers, 1)), runs.size()), settings.net,
                       grouped(data.train.count), data.name),
           Style::faint);
  next_summary_ = now() + kSummaryEvery;
  model_->look(now());
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void CompareProgress::epoch_finished(const RunResult&, std::size_t, const experiment::EpochRecord&) {}

void CompareProgress::run_finished(const RunResult& run, std::size_t index) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  const Style style = run.status == RunStatus::finished ? Style::plain : Style::caution;
  if (terminal_.interactive) {
    put_line(fmt::format("{}  seed {}  {}", pad_right(run.init, name_width_), run.seed, outcome(run)), style);
    return;
  }
  announce_start(index);
  put_line(fmt::format("[{}] run {}/{} {}, seed {}: {}", duration(now()), index + 1, runs_.size(), run.init, run.seed,
                       outcome(run)),
           style);
}

void CompareProgress::say(std::string_view line, Style style) {
  const std::lock_guard lock(mutex_);
  put_line(line, style);
}

void CompareProgress::finish() {
  if (thread_.joinable()) {
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
  }
  const std::lock_guard lock(mutex_);
  finished_ = true;
  std::string frame;
  if (!drawn_widths_.empty()) {
    move_above_bars(frame);
    frame += kEraseBelow;
  }
  if (cursor_hidden_) frame += kShowCursor;
  cursor_hidden_ = false;
  write_all(file_descriptor_, frame);
}

void CompareProgress::suspend() {
  const std::lock_guard lock(mutex_);
  drawn_widths_.clear();  // whatever the shell prints comes below the old bars
  if (cursor_hidden_) write_all(file_descriptor_, kShowCursor);
  cursor_hidden_ = false;
}

void CompareProgress::abandon() noexcept {
  const bool locked = mutex_.try_lock_for(kPatience);
  if (cursor_hidden_) write_all(file_descriptor_, kShowCursor);
  if (locked) finished_ = true;  // the mutex stays locked: nobody draws again before the exit
}

void CompareProgress::put_line(std::string_view line, Style style) {
  const std::string safe = printable(line, terminal_.unicode);
  if (!terminal_.interactive) {
    write_all(file_descriptor_, styled(safe, style, terminal_) + "\n");
    return;
  }
  const auto width = static_cast<std::size_t>(std::max(terminal_.width - 1, 1));
  draw({styled(clip(safe, width, terminal_.unicode), style, terminal_)});
}

void CompareProgress::move_above_bars(std::string& frame) {
  if (drawn_widths_.empty()) return;
  // A terminal that was made narrower has broken the old lines into several.
  const auto width = static_cast<std::size_t>(std::max(terminal_.width, 1));
  std::size_t rows = 0;
  for (const std::size_t line : drawn_widths_) rows += line == 0 ? 1 : (line + width - 1) / width;
  frame += fmt::format("\r\x1b[{}A", rows);
  drawn_widths_.clear();
}

void CompareProgress::draw(std::vector<std::string> lines) {
  refresh_size(file_descriptor_, terminal_);
  std::string frame;
  const bool had_bars = !drawn_widths_.empty();
  const bool bars = model_ && !finished_ && thread_.joinable();
  if (bars && !cursor_hidden_) {
    frame += kHideCursor;
    cursor_hidden_ = true;
  }
  move_above_bars(frame);
  if (bars) {
    for (std::string& line : draw_progress(model_->look(now()), terminal_)) {
      drawn_widths_.push_back(display_width(line));
      lines.push_back(std::move(line));
    }
  }
  // Lines are written over the old ones, which flickers less than erasing first.
  for (const std::string& line : lines) frame.append(line).append(kEraseToLineEnd).append("\r\n");
  if (had_bars) frame += kEraseBelow;
  write_all(file_descriptor_, frame);
}

void CompareProgress::announce_start(std::size_t index) {
  if (announced_[index]) return;
  announced_[index] = true;
  put_line(fmt::format("[{}] run {}/{} {}, seed {}: started", duration(now()), index + 1, runs_.size(),
                       runs_[index].init, runs_[index].seed),
           Style::faint);
}

void CompareProgress::tick() {
  if (finished_ || !model_) return;
  if (terminal_.interactive) {
    draw({});
    return;
  }
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (counters_[i].state.load(std::memory_order_acquire) == 1) announce_start(i);
  }
  const ProgressSnapshot snapshot = model_->look(now());
  if (now() < next_summary_) return;
  next_summary_ = now() + std::clamp(now() / 20, kSummaryEvery, kSummaryAtLeastEvery);
  put_line(fmt::format("[{}] {:.0f} % done, {} of {} runs, {} samples/s, {} left", duration(now()),
                       std::floor(100 * snapshot.fraction), snapshot.runs_done, snapshot.runs_total,
                       grouped(std::llround(snapshot.samples_per_second)), clock_time(snapshot.seconds_left)),
           Style::plain);
}

void CompareProgress::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    tick();
    wake_.wait_for(lock, stop, kFrame, [&stop] { return stop.stop_requested(); });
  }
}

}  // namespace fanin::report
