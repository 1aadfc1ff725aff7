#include "fanin/report/bars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace fanin::report {
namespace {

constexpr double kDistance = 0.1;  // decades

/// Where a value lies on the axis, in [0, 1]; 0 for what has no place.
double place(double value, const LogAxis& axis) {
  if (!(value > 0)) return 0;
  if (std::isinf(value)) return 1;
  return std::clamp((std::log10(value) - axis.low) / (axis.high - axis.low), 0.0, 1.0);
}

/// `steps` of a picture for a positive value: at least one.
std::size_t steps_of(double value, const LogAxis& axis, std::size_t steps) {
  if (!(value > 0)) return 0;
  const auto rounded = static_cast<std::size_t>(std::lround(place(value, axis) * static_cast<double>(steps)));
  return std::clamp<std::size_t>(rounded, 1, steps);
}

}  // namespace

LogAxis log_axis(std::span<const double> values) {
  double smallest = HUGE_VAL;
  double largest = 0;
  for (const double value : values) {
    if (!(value > 0) || !std::isfinite(value)) continue;
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  if (largest == 0) return {};
  // The smallest value keeps some distance from the empty end, so that its bar can be seen.
  LogAxis axis{static_cast<int>(std::floor(std::log10(smallest) - kDistance)),
               static_cast<int>(std::ceil(std::log10(largest)))};
  axis.high = std::max(axis.high, axis.low + 1);
  return axis;
}

std::string to_string(const LogAxis& axis) { return fmt::format("1e{:+03d} to 1e{:+03d}", axis.low, axis.high); }

std::string log_bar(double value, const LogAxis& axis, std::size_t width, const Terminal& terminal) {
  if (width == 0) return {};
  if (!terminal.unicode) return std::string(steps_of(value, axis, width), '#');
  constexpr std::array<std::string_view, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const std::size_t eighths = steps_of(value, axis, 8 * width);
  std::string bar;
  for (std::size_t i = 0; i < eighths / 8; ++i) bar += "█";
  return bar.append(kParts[eighths % 8]);
}

}  // namespace fanin::report
