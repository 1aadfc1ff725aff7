#include "fanin/report/heatmap.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "fanin/report/numbers.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

constexpr std::size_t kLevels = 5;
constexpr std::array<const char*, kLevels> kShades{" ", "░", "▒", "▓", "█"};
constexpr std::array<const char*, kLevels> kPlainShades{" ", ".", ":", "+", "#"};
constexpr std::size_t kCell = 5;  // a shade twice and three digits

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

Range range_of(const Heatmap& map) {
  Range range;
  for (const std::vector<double>& row : map.values) {
    for (const double value : row) {
      if (!std::isfinite(value)) continue;
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  }
  return range;
}

std::string cell(double value, const Range& range, std::size_t width, const Terminal& terminal) {
  if (!std::isfinite(value)) return pad_left("-", width);
  const double share = range.high > range.low ? (value - range.low) / (range.high - range.low) : 1;
  const auto level = std::min(kLevels - 1, static_cast<std::size_t>(share * static_cast<double>(kLevels)));
  const std::string shade = terminal.unicode ? kShades[level] : kPlainShades[level];
  constexpr std::array<Style, kLevels> kStyles{Style::bad, Style::bad, Style::caution, Style::plain, Style::good};
  const std::string number = std::to_string(std::llround(100 * value));
  return std::string(width - kCell, ' ') + styled(shade + shade + pad_left(number, 3), kStyles[level], terminal);
}

struct Layout {
  std::size_t label = 0;  // columns of the rows' names
  std::size_t cell = 0;
  std::size_t begin = 0;  // the map's columns that this picture shows
  std::size_t end = 0;
};

/// The part of the line that runs between two rows; nothing where none does.
std::string line_below(const Heatmap& map, std::size_t rows_above, const Layout& layout, const Terminal& terminal) {
  if (map.rows_above_line.empty()) return {};
  std::string line(layout.label, ' ');
  bool any = false;
  for (std::size_t c = layout.begin; c < layout.end; ++c) {
    const bool here = map.rows_above_line[c] == rows_above;
    any = any || here;
    std::string dash;
    for (std::size_t i = 0; i + 1 < layout.cell; ++i) dash += here ? (terminal.unicode ? "━" : "=") : " ";
    line += ' ';
    line += here ? styled(dash, Style::accent, terminal) : dash;
  }
  return any ? line + "\n" : "";
}

std::string picture(const Heatmap& map, const Layout& layout, const Terminal& terminal) {
  const Range range = range_of(map);
  std::string out = pad_left(map.row_title, layout.label);
  for (std::size_t c = layout.begin; c < layout.end; ++c) out += pad_left(map.columns[c], layout.cell);
  out.append("   ").append(styled(map.column_title, Style::faint, terminal)).append("\n");
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    if (r > 0) out += line_below(map, r, layout, terminal);
    out += pad_left(map.rows[r], layout.label);
    for (std::size_t c = layout.begin; c < layout.end; ++c) {
      out += cell(map.values[r][c], range, layout.cell, terminal);
    }
    out += "\n";
  }
  return out;
}

}  // namespace

std::string heatmap(const Heatmap& map, const Terminal& terminal) {
  Layout layout;
  layout.label = display_width(map.row_title);
  for (const std::string& row : map.rows) layout.label = std::max(layout.label, display_width(row));
  layout.cell = kCell + 1;
  for (const std::string& column : map.columns) layout.cell = std::max(layout.cell, display_width(column) + 1);
  const std::size_t taken = layout.label + 3 + display_width(map.column_title);
  const auto width = static_cast<std::size_t>(std::max(terminal.width, 1));
  const std::size_t fit = std::max<std::size_t>(1, width > taken ? (width - taken) / layout.cell : 1);
  std::string out;
  for (std::size_t begin = 0; begin < map.columns.size(); begin += fit) {
    layout.begin = begin;
    layout.end = std::min(begin + fit, map.columns.size());
    if (begin > 0) out += "\n";
    out += picture(map, layout, terminal);
  }
  return out;
}

}  // namespace fanin::report
