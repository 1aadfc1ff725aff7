#include "fanin/report/train_progress.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "fanin/report/numbers.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/progress_bars.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

constexpr double kFrame = 0.1;     // seconds between two drawings of the bar
constexpr double kLineEvery = 15;  // away from a terminal
constexpr std::size_t kBarWidth = 24;

std::string megabytes(std::size_t bytes) { return significant(static_cast<double>(bytes) / 1e6) + " MB"; }

}  // namespace

TrainProgress::TrainProgress(int file_descriptor, const Terminal& terminal)
    : file_descriptor_(file_descriptor), terminal_(terminal), begin_(Clock::now()) {}

void TrainProgress::put(std::string_view line, Style style) {
  clear();
  write_all(file_descriptor_, styled(printable(line, terminal_.unicode), style, terminal_) + "\n");
}

void TrainProgress::say(std::string_view line, Style style) { put(line, style); }

void TrainProgress::clear() {
  if (drawn_) write_all(file_descriptor_, "\r\x1b[2K");
  drawn_ = false;
}

void TrainProgress::draw(const std::string& line) {
  refresh_size(file_descriptor_, terminal_);
  const std::size_t width = terminal_.width > 1 ? static_cast<std::size_t>(terminal_.width - 1) : 1;
  write_all(file_descriptor_, "\r\x1b[2K" + clip(line, width, terminal_.unicode));
  drawn_ = true;
}

void TrainProgress::loading(std::string_view data) { put(fmt::format("loading {}", data), Style::faint); }

void TrainProgress::started(const experiment::TrainResult& result, const net::Graph& graph) {
  const experiment::TrainSettings& s = result.settings;
  put(fmt::format("training {}: {} parameters in {} nodes; activations and gradients take {}, {} without sharing",
                  s.net, grouped(result.parameters), grouped(static_cast<std::int64_t>(graph.nodes().size())),
                  megabytes(result.arena_bytes), megabytes(result.unshared_bytes)),
      Style::strong);
  std::string rows = fmt::format("on {}: {} training rows", result.data_name, grouped(result.train_rows));
  if (result.validation_rows > 0) rows += fmt::format(", {} for validation", grouped(result.validation_rows));
  rows += fmt::format(", {} for the test; {}, {}, learning rate {}, batches of {}, {} {}", grouped(result.test_rows),
                      s.init, s.optimizer, significant(s.learning_rate.value_or(0)), s.batch_size, s.threads,
                      s.threads == 1 ? "thread" : "threads");
  put(rows, Style::plain);
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
  next_draw_ = seconds + (terminal_.interactive ? kFrame : kLineEvery);
  const double rate = seconds > 0 ? static_cast<double>(m.rows) / seconds : 0;
  const auto taken = static_cast<double>(m.step - first_step_);
  const double left = static_cast<double>(m.total_steps - m.step) * seconds / taken;
  const double done = static_cast<double>(m.step) / static_cast<double>(m.total_steps);
  std::string text = fmt::format("epoch {} of {}  step {} of {}  loss {}", m.epoch, m.epochs, grouped(m.step),
                                 grouped(m.total_steps), loss(m.loss));
  if (!std::isnan(m.accuracy)) text += "  " + percent(m.accuracy, 1);
  text += fmt::format("  {} rows/s  {} left", significant(rate), clock_time(left));
  if (terminal_.interactive) {
    draw(progress_bar(done, kBarWidth, terminal_) + " " + text);
  } else {
    put(text, Style::plain);
  }
}

void TrainProgress::evaluating() {
  if (terminal_.interactive) draw("evaluating");
}

void TrainProgress::epoch_finished(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch) {
  put(epoch_line(result, epoch), Style::plain);
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
    text += fmt::format("  clipped in {} steps, largest gradient norm {}", grouped(e.clipped_steps),
                        significant(e.largest_gradient_norm));
  }
  return text + "  " + duration(e.seconds);
}

}  // namespace fanin::report
