#include "fanin/report/sweep_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/progress_bars.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using namespace std::chrono_literals;
using experiment::StoredRun;
using experiment::StoredStatus;
using experiment::SweepMoment;

constexpr double kFrame = 0.1;     // seconds between two drawings of the bar
constexpr double kLineEvery = 30;  // away from a terminal
constexpr double kMemory = 60;     // seconds over which the pace is averaged
constexpr auto kPatience = 200ms;  // of an exit for a thread that is drawing
constexpr std::size_t kWideBar = 24;
constexpr std::size_t kNarrowBar = 10;

}  // namespace

SweepProgress::SweepProgress(int file_descriptor, const Terminal& terminal)
    : file_descriptor_(file_descriptor), terminal_(terminal), begin_(Clock::now()), costs_(kMemory) {}

SweepProgress::~SweepProgress() { finish(); }

double SweepProgress::now() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

void SweepProgress::put(std::string_view line, Style style) {
  clear();
  if (terminal_.interactive) refresh_size(file_descriptor_, terminal_);
  std::string text;
  if (terminal_.interactive) {
    add_paragraph(text, line, style, terminal_);
  } else {
    text = styled(printable(line, terminal_.unicode), style, terminal_) + "\n";
  }
  write_all(file_descriptor_, text);
}

void SweepProgress::clear() {
  if (drawn_) write_all(file_descriptor_, "\r\x1b[2K");
  drawn_ = false;
}

void SweepProgress::draw(const std::string& line) {
  write_all(file_descriptor_, "\r\x1b[2K" + line);
  drawn_ = true;
}

void SweepProgress::say(std::string_view line, Style style) {
  const std::lock_guard lock(mutex_);
  put(line, style);
}

void SweepProgress::finish() {
  const std::lock_guard lock(mutex_);
  clear();
  next_draw_ = std::numeric_limits<double>::infinity();
}

void SweepProgress::leave() noexcept {
  const bool locked = mutex_.try_lock_for(kPatience);
  if (drawn_) write_all(file_descriptor_, "\r\n");
  drawn_ = false;
  if (locked) mutex_.unlock();
}

void SweepProgress::loading(std::string_view data) { say(fmt::format("loading {}", data), Style::faint); }

void SweepProgress::started(const experiment::SweepResult& result, const SweepMoment& moment, int workers) {
  const std::lock_guard lock(mutex_);
  std::string text =
      fmt::format("{}: {} {}", result.plan.name, grouped(moment.runs), moment.runs == 1 ? "run" : "runs");
  if (moment.kept > 0) text += fmt::format(", {} are there already", grouped(moment.kept));
  const auto failed =
      std::ranges::count_if(result.runs, [](const auto& run) { return run && run->status == StoredStatus::failed; });
  if (failed > 0)
    text += fmt::format(", {} failed before and {} tried again", grouped(failed), failed == 1 ? "is" : "are");
  put(fmt::format("{}; {} {}", text, workers, workers == 1 ? "worker" : "workers"), Style::strong);
  begin_ = Clock::now();
  costs_.update(0, moment.cost_done);
  next_draw_ = terminal_.interactive ? 0 : kLineEvery;
}

void SweepProgress::run_finished(const experiment::SweepPoint& point, const StoredRun& run, const SweepMoment& moment) {
  const std::lock_guard lock(mutex_);
  costs_.update(now(), moment.cost_done);
  const bool ended = run.status == StoredStatus::finished || run.status == StoredStatus::stopped_early;
  put(fmt::format("[{}/{}] {}", moment.done, moment.runs, sweep_run_line(point, run)),
      ended ? Style::plain : Style::caution);
  if (terminal_.interactive) draw(sweep_moment_line(moment, now(), costs_.per_second(), terminal_));
}

bool SweepProgress::wants_moment() noexcept { return now() >= next_draw_.load(std::memory_order_relaxed); }

void SweepProgress::moved(const SweepMoment& moment) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !wants_moment()) return;  // another worker draws
  next_draw_ = now() + (terminal_.interactive ? kFrame : kLineEvery);
  costs_.update(now(), moment.cost_done);
  const std::string line = sweep_moment_line(moment, now(), costs_.per_second(), terminal_);
  if (!terminal_.interactive) return put(line, Style::plain);
  refresh_size(file_descriptor_, terminal_);
  draw(line);
}

std::string sweep_moment_line(const SweepMoment& m, double seconds, double cost_per_second, const Terminal& terminal) {
  const std::string runs = fmt::format("{} of {} runs", grouped(m.done), grouped(m.runs));
  const std::string running = fmt::format("  {} running", m.running);
  const auto fresh = static_cast<double>(m.done - m.kept);
  const std::string rate = fresh > 0 && seconds > 0 ? fmt::format("  {:.3g} runs/min", 60 * fresh / seconds) : "";
  const double left =
      cost_per_second > 0 ? (m.cost - m.cost_done) / cost_per_second : std::numeric_limits<double>::quiet_NaN();
  const std::string time = fmt::format("  {} left", clock_time(left));
  const std::string everything = runs + running + rate + time;
  if (!terminal.interactive) return everything;
  const double done = m.cost > 0 ? m.cost_done / m.cost : 1;
  const std::string wide = progress_bar(done, kWideBar, terminal) + " ";
  const std::string narrow = progress_bar(done, kNarrowBar, terminal) + " ";
  const auto room = static_cast<std::size_t>(std::max(terminal.width - 1, 1));
  for (const std::string& line :
       {wide + everything, wide + runs + rate + time, wide + runs + time, narrow + runs + time, runs + time, runs}) {
    if (display_width(line) <= room) return line;
  }
  return clip(runs, room, terminal.unicode);
}

std::string sweep_run_line(const experiment::SweepPoint& point, const StoredRun& run) {
  std::string text = to_string(point.values);
  text += fmt::format("{}seed {}: ", text.empty() ? "" : " ", point.seed);
  switch (run.status) {
    case StoredStatus::finished:
    case StoredStatus::stopped_early:
      text +=
          std::isnan(run.test_accuracy) ? "test loss " + loss(run.test_loss) : "test " + percent(run.test_accuracy, 2);
      break;
    case StoredStatus::diverged: text += fmt::format("diverged at step {}", grouped(run.diverged_at_step)); break;
    case StoredStatus::abandoned: text += fmt::format("given up at chance level, step {}", grouped(run.steps)); break;
    case StoredStatus::failed: return text + run.message;
    case StoredStatus::interrupted: return text + "interrupted";
  }
  return text + ", " + duration(run.seconds);
}

}  // namespace fanin::report
