#include "fanin/report/train_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/progress_bars.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using namespace std::chrono_literals;

constexpr double kFrame = 0.1;     // seconds between two drawings of the bar
constexpr double kLineEvery = 15;  // away from a terminal; a twentieth of the time so far when that is longer
constexpr double kLineAtLeastEvery = 60;
constexpr auto kPatience = 200ms;  // of an exit for a thread that is drawing
constexpr std::size_t kWideBar = 24;
constexpr std::size_t kNarrowBar = 10;

std::string megabytes(std::size_t bytes) { return significant(static_cast<double>(bytes) / 1e6) + " MB"; }

}  // namespace

TrainProgress::TrainProgress(int file_descriptor, const Terminal& terminal)
    : file_descriptor_(file_descriptor), terminal_(terminal), begin_(Clock::now()) {}

TrainProgress::~TrainProgress() { finish(); }

void TrainProgress::put(std::string_view line, Style style) {
  clear();
  if (terminal_.interactive) refresh_size(file_descriptor_, terminal_);
  const std::string safe = printable(line, terminal_.unicode);
  std::string text;
  if (terminal_.interactive && display_width(safe) > static_cast<std::size_t>(std::max(terminal_.width, 1))) {
    add_paragraph(text, safe, style, terminal_);
  } else {
    text = styled(safe, style, terminal_) + "\n";
  }
  write_all(file_descriptor_, text);
}

void TrainProgress::clear() {
  if (drawn_) write_all(file_descriptor_, "\r\x1b[2K");
  drawn_ = false;
}

void TrainProgress::draw(const std::string& line) {
  write_all(file_descriptor_, "\r\x1b[2K" + line);
  drawn_ = true;
}

void TrainProgress::say(std::string_view line, Style style) {
  const std::lock_guard lock(mutex_);
  put(line, style);
}

void TrainProgress::finish() {
  const std::lock_guard lock(mutex_);
  clear();
}

void TrainProgress::leave() noexcept {
  const bool locked = mutex_.try_lock_for(kPatience);
  if (drawn_) write_all(file_descriptor_, "\r\n");
  drawn_ = false;
  if (locked) mutex_.unlock();
}

void TrainProgress::loading(std::string_view data) { say(fmt::format("loading {}", data), Style::faint); }

void TrainProgress::started(const experiment::TrainResult& result, const net::Graph& graph) {
  const std::lock_guard lock(mutex_);
  const experiment::TrainSettings& s = result.settings;
  put(fmt::format("training {}: {} parameters in {} nodes; activations and gradients take {}, {} without sharing",
                  s.net, grouped(result.parameters), grouped(static_cast<std::int64_t>(graph.nodes().size())),
                  megabytes(result.arena_bytes), megabytes(result.unshared_bytes)),
      Style::strong);
  std::string rows = fmt::format("on {}: {} training rows", result.data_name, grouped(result.train_rows));
  if (result.validation_rows > 0) rows += fmt::format(", {} for validation", grouped(result.validation_rows));
  rows += fmt::format(", {} for the test; {}, {}, learning rate {:g}, batches of {}, {} {}", grouped(result.test_rows),
                      s.init, s.optimizer, s.learning_rate.value_or(0), s.batch_size, s.threads,
                      s.threads == 1 ? "thread" : "threads");
  put(rows, Style::plain);
  if (result.steps > 0) put(fmt::format("going on after step {}", grouped(result.steps)), Style::faint);
  for (const experiment::TrainEpoch& epoch : result.epochs) put(epoch_line(result, epoch), Style::faint);
  begin_ = Clock::now();
}

void TrainProgress::stepped(const experiment::TrainMoment& m) {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  if (first_step_ < 0) {
    first_step_ = m.step - 1;
    next_draw_ = terminal_.interactive ? 0 : kLineEvery;
  }
  if (seconds < next_draw_) return;
  const std::lock_guard lock(mutex_);
  next_draw_ = seconds + (terminal_.interactive ? kFrame : std::clamp(seconds / 20, kLineEvery, kLineAtLeastEvery));
  const auto taken = static_cast<double>(m.step - first_step_);
  const TrainPace pace{.rows_per_second = seconds > 0 ? static_cast<double>(m.rows) / seconds : 0,
                       .seconds_left = static_cast<double>(m.total_steps - m.step) * seconds / taken};
  if (!terminal_.interactive) return put(train_moment_line(m, pace, terminal_), Style::plain);
  refresh_size(file_descriptor_, terminal_);
  draw(train_moment_line(m, pace, terminal_));
}

void TrainProgress::evaluating() {
  const std::lock_guard lock(mutex_);
  if (!terminal_.interactive) return;
  refresh_size(file_descriptor_, terminal_);
  draw(clip("evaluating", static_cast<std::size_t>(std::max(terminal_.width - 1, 1)), terminal_.unicode));
}

void TrainProgress::epoch_finished(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch) {
  say(epoch_line(result, epoch), Style::plain);
}

std::string train_moment_line(const experiment::TrainMoment& m, const TrainPace& pace, const Terminal& terminal) {
  const std::string epoch = fmt::format("epoch {} of {}", m.epoch, m.epochs);
  const std::string step = fmt::format("  step {} of {}", grouped(m.step), grouped(m.total_steps));
  const std::string value = "  loss " + loss(m.loss) + (std::isnan(m.accuracy) ? "" : "  " + percent(m.accuracy, 1));
  const std::string rate = fmt::format("  {} rows/s", grouped(std::llround(pace.rows_per_second)));
  const std::string left = fmt::format("  {} left", clock_time(pace.seconds_left));
  const std::string everything = epoch + step + value + rate + left;
  if (!terminal.interactive) return everything;
  const double done = static_cast<double>(m.step) / static_cast<double>(std::max<std::int64_t>(1, m.total_steps));
  const std::string wide = progress_bar(done, kWideBar, terminal) + " ";
  const std::string narrow = progress_bar(done, kNarrowBar, terminal) + " ";
  const auto room = static_cast<std::size_t>(std::max(terminal.width - 1, 1));
  for (const std::string& line : {wide + everything, wide + epoch + step + value + left, wide + epoch + value + left,
                                  narrow + epoch + value + left, epoch + value + left, epoch + value}) {
    if (display_width(line) <= room) return line;
  }
  return clip(epoch + value, room, terminal.unicode);
}

std::string epoch_line(const experiment::TrainResult& result, const experiment::TrainEpoch& e) {
  std::string text = fmt::format("epoch {} of {}  loss {}", e.epoch, result.settings.epochs, loss(e.train_loss));
  const auto add = [&](const char* part, double part_loss, double accuracy) {
    if (!std::isnan(accuracy)) {
      text += fmt::format("  {} {}", part, percent(accuracy, 2));
    } else if (!std::isnan(part_loss)) {
      text += fmt::format("  {} loss {}", part, loss(part_loss));
    }
  };
  if (!std::isnan(e.train_accuracy)) text += "  train " + percent(e.train_accuracy, 2);
  add("validation", e.validation_loss, e.validation_accuracy);
  add("test", e.test_loss, e.test_accuracy);
  if (result.settings.clipping != "none") {
    text += fmt::format("  clipped in {} {}, largest gradient norm {}", grouped(e.clipped_steps),
                        e.clipped_steps == 1 ? "step" : "steps", significant(e.largest_gradient_norm));
  }
  return text + "  " + duration(e.seconds);
}

}  // namespace fanin::report
