#include "fanin/report/numbers.hpp"

#include <fmt/format.h>

#include <cmath>

namespace fanin::report {
namespace {

constexpr double kLongest = 1e7;  // seconds: beyond four months an estimate says nothing

std::string not_finite(double value) { return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"; }

}  // namespace

std::string grouped(std::int64_t value) {
  const std::string digits = fmt::format("{}", value);
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool inside = i != 0 && digits[i - 1] != '-';
    if (inside && (digits.size() - i) % 3 == 0) result += ',';
    result += digits[i];
  }
  return result;
}

std::string percent(double fraction, int decimals) {
  if (!std::isfinite(fraction)) return "-";
  return fmt::format("{:.{}f} %", 100 * fraction, decimals);
}

std::string percent_with_half_width(double fraction, double half_width) {
  if (!std::isfinite(fraction)) return "-";
  if (!std::isfinite(half_width)) return percent(fraction, 2);
  return fmt::format("{:.2f} ± {:.2f} %", 100 * fraction, 100 * half_width);
}

std::string loss(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  const double size = std::abs(value);
  if (size != 0 && size < 1e-2) return fmt::format("{:.2e}", value);
  return size < 100 ? fmt::format("{:.4f}", value) : fmt::format("{:.4g}", value);
}

std::string significant(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size < 1e-3 || size >= 1e4) return fmt::format("{:.1e}", value);
  const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : size >= 0.09995 ? 3 : 4;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string precise(double value) { return std::isfinite(value) ? fmt::format("{:.8g}", value) : not_finite(value); }

std::string clock_time(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLongest) return "-:--";
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  if (seconds < 9.95) return fmt::format("{:.{}f} s", seconds, seconds < 0.995 ? 2 : 1);
  const std::int64_t whole = std::llround(std::min(seconds, 1e12));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace fanin::report
