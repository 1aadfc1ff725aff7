#include "fanin/report/numpy_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

bool wants_exponents(std::span<const double> values) {
  double smallest = HUGE_VAL;
  double largest = 0;
  for (const double value : values) {
    const double size = std::abs(value);
    if (size == 0 || !std::isfinite(size)) continue;
    smallest = std::min(smallest, size);
    largest = std::max(largest, size);
  }
  return largest != 0 && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000);
}

/// Eight digits behind the point, without trailing zeros: "1.25", "3.", "1.5e-07".
std::string shortest(double value, bool exponents) {
  std::string text = exponents ? fmt::format("{:.8e}", value) : fmt::format("{:.8f}", value);
  const std::size_t end = std::min(text.find('e'), text.size());
  std::size_t kept = end;
  while (text[kept - 1] == '0') --kept;
  return text.erase(kept, end - kept);
}

std::size_t digits_behind_point(const std::string& number) {
  return std::min(number.find('e'), number.size()) - number.find('.') - 1;
}

/// One number with room for `digits` behind the point: filled with blanks, or, before an exponent, with zeros.
std::string number_text(double value, bool exponents, std::size_t digits) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string text = shortest(value, exponents);
  const std::size_t missing = digits - digits_behind_point(text);
  return text.insert(std::min(text.find('e'), text.size()), missing, exponents ? '0' : ' ');
}

}  // namespace

std::string numpy_text(std::span<const double> values, std::size_t columns) {
  FANIN_ASSERT(columns > 0 && !values.empty() && values.size() % columns == 0);
  const bool exponents = wants_exponents(values);
  std::size_t digits = 0;
  for (const double value : values) {
    if (std::isfinite(value)) digits = std::max(digits, digits_behind_point(shortest(value, exponents)));
  }
  std::vector<std::string> numbers;
  std::size_t width = 0;
  for (const double value : values) {
    numbers.push_back(number_text(value, exponents, digits));
    width = std::max(width, numbers.back().size());
  }
  std::string out;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out.append(i == 0 ? "[[" : i % columns == 0 ? "]\n [" : " ").append(pad_left(numbers[i], width));
  }
  return out + "]]";
}

}  // namespace fanin::report
