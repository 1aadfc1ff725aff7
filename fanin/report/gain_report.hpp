// What `fanin gain` shows of one unit: its gains, PyTorch's where it differs, and its moments.
#pragma once

#include <string>

#include "fanin/report/terminal.hpp"
#include "fanin/theory/gain_summary.hpp"

namespace fanin::report {

/// Lines that fit the terminal.
std::string gain_report(const theory::GainSummary& summary, const Terminal& terminal);

/// {"version","activation","formula","source","gated","variance","gains":{"forward","backward","mean_removed"},
///  "moments":{"mean","second_moment","variance","slope_second_moment"},
///  "pytorch":{"gain","relative_difference"} or null,"converged"}; a number that is not finite is null.
/// relative_difference is PyTorch's gain over the forward gain, minus 1.
std::string gain_json(const theory::GainSummary& summary);

}  // namespace fanin::report
