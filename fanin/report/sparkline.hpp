// A row of small blocks that shows how a positive quantity goes with depth, on a logarithmic scale.
//
//     report::sparkline(activation_sizes, 40, terminal);   // "▄▄▄▃▃▂▂▁"
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// At most `width` columns (>= 1): one per value, or one for several neighbors, their geometric mean. The scale spans
/// what is shown, at least a factor of ten, so that a flat line is flat. Zeros stand as '0', NaN and infinity as '!'.
std::string sparkline(std::span<const double> values, std::size_t width, const Terminal& terminal);

}  // namespace fanin::report
