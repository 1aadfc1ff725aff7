// Small pictures of positive numbers that span many decades: bars on one logarithmic axis.
//
//     const report::LogAxis axis = report::log_axis(norms);
//     table.add_row({{"layer1"}, {report::log_bar(norms[0], axis, 24, terminal), report::Style::accent}});
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// From 10^low, where a bar is empty, to 10^high, where it is full. Whole decades, low < high.
struct LogAxis {
  int low = 0;
  int high = 1;
};

/// The narrowest axis that shows every positive finite value; others do not count.
LogAxis log_axis(std::span<const double> values);
/// "1e-06 to 1e+01".
std::string to_string(const LogAxis& axis);

/// At most `width` columns. A positive value shows at least a trace, however small; infinity is full,
/// zero and NaN are empty.
std::string log_bar(double value, const LogAxis& axis, std::size_t width, const Terminal& terminal);

}  // namespace fanin::report
