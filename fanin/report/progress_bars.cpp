#include "fanin/report/progress_bars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fanin/report/numbers.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

constexpr std::size_t kWidestBar = 40;
constexpr std::size_t kNarrowestBar = 6;
constexpr std::size_t kGap = 2;
constexpr std::size_t kWidestName = 28;

/// A column of the display; `rank` says what goes first when there is no room (highest first).
struct ProgressColumn {
  std::string title;
  int rank = 0;
  bool left = false;
  std::vector<std::string> cells;  ///< one per run, then one for everything
  std::size_t width = 0;
};

std::string whole_number(double value) { return value >= 0.5 ? grouped(std::llround(value)) : "-"; }

std::vector<ProgressColumn> make_columns(const ProgressSnapshot& snapshot, std::size_t shown) {
  ProgressColumn name{"initialization", 0, true, {}, 0};
  ProgressColumn seed{"seed", 4, false, {}, 0};
  ProgressColumn epoch{"epoch", 3, false, {}, 0};
  ProgressColumn bar{"", 0, true, {}, 0};
  ProgressColumn loss_column{"loss", 5, false, {}, 0};
  ProgressColumn accuracy{"accuracy", 6, false, {}, 0};
  ProgressColumn rate{"samples/s", 7, false, {}, 0};
  ProgressColumn left{"left", 2, false, {}, 0};
  bool any_accuracy = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const RunningLine& run = snapshot.running[i];
    any_accuracy = any_accuracy || std::isfinite(run.accuracy);
    name.cells.push_back(run.init);
    seed.cells.push_back(fmt::format("{}", run.seed));
    epoch.cells.push_back(fmt::format("{}/{}", run.epoch, snapshot.epochs));
    loss_column.cells.push_back(run.fraction > 0 ? loss(run.loss) : "-");
    accuracy.cells.push_back(run.fraction > 0 ? percent(run.accuracy, 1) : "-");
    rate.cells.push_back(whole_number(run.samples_per_second));
    left.cells.push_back(clock_time(run.seconds_left));
  }
  name.cells.push_back(fmt::format("all, {} of {} done", snapshot.runs_done, snapshot.runs_total));
  for (ProgressColumn* column : {&seed, &loss_column, &accuracy}) column->cells.emplace_back();
  epoch.cells.push_back(fmt::format("{:.0f} %", std::floor(100 * std::clamp(snapshot.fraction, 0.0, 1.0))));
  rate.cells.push_back(whole_number(snapshot.samples_per_second));
  left.cells.push_back(clock_time(snapshot.seconds_left));
  std::vector<ProgressColumn> columns{name, seed, epoch, bar, loss_column};
  if (any_accuracy) columns.push_back(accuracy);
  columns.push_back(rate);
  columns.push_back(left);
  return columns;
}

/// Steady widths: what a number may grow to, so that nothing jumps while it does.
void set_widths(std::vector<ProgressColumn>& columns) {
  for (ProgressColumn& column : columns) {
    column.width = display_width(column.title);
    for (const std::string& cell : column.cells) column.width = std::max(column.width, display_width(cell));
    if (column.title == "initialization") column.width = std::clamp<std::size_t>(column.width, 18, kWidestName);
    if (column.title == "loss") column.width = std::max<std::size_t>(column.width, 7);
    if (column.title == "left") column.width = std::max<std::size_t>(column.width, 5);
  }
}

/// Drops columns until a bar fits; returns the bar's width, 0 when there is no room for one.
std::size_t fit(std::vector<ProgressColumn>& columns, std::size_t room) {
  for (;;) {
    std::size_t used = kGap * (columns.size() - 1);
    for (const ProgressColumn& column : columns) used += column.width;
    if (used + kNarrowestBar <= room) return std::min(kWidestBar, room - used);
    const auto least =
        std::max_element(columns.begin(), columns.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
    if (least->rank == 0) break;
    columns.erase(least);
  }
  columns.resize(1);
  columns[0].width = std::min(columns[0].width, room);
  return 0;
}

}  // namespace

std::string progress_bar(double fraction, std::size_t width, const Terminal& terminal) {
  fraction = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : 0;
  const auto halves = static_cast<std::size_t>(std::floor(fraction * 2 * static_cast<double>(width)));
  const std::size_t full = halves / 2;
  std::string filled;
  std::string rest;
  for (std::size_t i = 0; i < full; ++i) filled += terminal.unicode ? "━" : "#";
  const bool half = terminal.unicode && halves % 2 == 1;
  if (half) filled += "╸";
  for (std::size_t i = full + (half ? 1 : 0); i < width; ++i) rest += terminal.unicode ? "─" : ".";
  return styled(filled, fraction >= 1 ? Style::good : Style::accent, terminal) + styled(rest, Style::faint, terminal);
}

std::vector<std::string> draw_progress(const ProgressSnapshot& snapshot, const Terminal& terminal) {
  const auto rows = static_cast<std::size_t>(std::max(terminal.height - 3, 2));  // title and total take two
  const std::size_t shown = std::min(snapshot.running.size(), rows > 2 ? rows - 2 : 0);
  const auto room = static_cast<std::size_t>(std::max(terminal.width - 1, 1));
  std::vector<ProgressColumn> columns = make_columns(snapshot, shown);
  set_widths(columns);
  const std::size_t bar_width = fit(columns, room);

  std::vector<std::string> lines{""};  // apart from what scrolls by above
  for (std::size_t row = 0; row < shown + 2; ++row) {
    const bool title = row == 0;
    const bool total = row == shown + 1;
    std::string line;
    for (const ProgressColumn& column : columns) {
      if (&column != &columns.front()) line.append(kGap, ' ');
      if (column.title.empty()) {
        const double fraction = title ? 0 : total ? snapshot.fraction : snapshot.running[row - 1].fraction;
        line += title ? std::string(bar_width, ' ') : progress_bar(fraction, bar_width, terminal);
        continue;
      }
      const std::string cell = clip(printable(title ? column.title : column.cells[row - 1], terminal.unicode),
                                    column.width, terminal.unicode);
      const std::string padded = column.left ? pad_right(cell, column.width) : pad_left(cell, column.width);
      line += styled(padded, title ? Style::faint : total ? Style::strong : Style::plain, terminal);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace fanin::report
