#include "fanin/report/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace fanin::report {
namespace {

constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kAscii{"_", ".", ":", "-", "=", "+", "*", "#"};

struct Point {
  double logarithm = 0;
  bool zero = false;
  bool finite = true;
};

// What stands in one column.
Point point_of(std::span<const double> values) {
  double sum = 0;
  std::size_t positive = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) return {.finite = false};
    if (!(value > 0)) continue;
    sum += std::log10(value);
    ++positive;
  }
  if (positive == 0) return {.zero = true};
  return {.logarithm = sum / static_cast<double>(positive)};
}

}  // namespace

std::string sparkline(std::span<const double> values, std::size_t width, const Terminal& terminal) {
  const std::size_t columns = std::min(values.size(), width);
  std::vector<Point> points;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t first = i * values.size() / columns;
    const std::size_t last = (i + 1) * values.size() / columns;
    points.push_back(point_of(values.subspan(first, last - first)));
    if (!points.back().finite || points.back().zero) continue;
    low = std::min(low, points.back().logarithm);
    high = std::max(high, points.back().logarithm);
  }
  const double missing = std::max(0.0, 1 - (high - low));
  low -= missing * 7 / 16;  // a flat line lies in the middle of a level, not between two
  high += missing * 9 / 16;
  std::string line;
  for (const Point& point : points) {
    if (!point.finite || point.zero) {
      line += point.finite ? '0' : '!';
      continue;
    }
    const auto level = static_cast<std::size_t>(std::clamp((point.logarithm - low) / (high - low) * 8, 0.0, 7.0));
    line += terminal.unicode ? kBlocks[level] : kAscii[level];
  }
  return line;
}

}  // namespace fanin::report
