// Numbers as people read them in a terminal: percent, losses, durations, rates. The decimal sign
// is always a point and a non-finite number is spelled out.
#pragma once

#include <cstdint>
#include <string>

namespace fanin::report {

/// 60000 -> "60,000".
std::string grouped(std::int64_t value);
/// 0.8861, 2 -> "88.61 %"; NaN -> "-".
std::string percent(double fraction, int decimals);
/// "88.61 +- 0.30 %" with the sign "±"; without a half-width when it is not finite.
std::string percent_with_half_width(double fraction, double half_width);
/// A loss in four decimals, or, below 0.01 and from 100 on, in three or four digits; "nan", "inf".
std::string loss(double value);
/// Three significant digits: "0.0412", "12.3", "1.2e-05", "0".
std::string significant(double value);
/// Eight significant digits without trailing zeros: "1.5335311", "0.5"; "nan", "inf".
std::string precise(double value);
/// Seconds as "0:05", "12:34", "3:07:09", or "-:--" when unknown.
std::string clock_time(double seconds);
/// Seconds as "0.42 s", "7.3 s", "2 min 05 s", "1 h 02 min".
std::string duration(double seconds);

}  // namespace fanin::report
