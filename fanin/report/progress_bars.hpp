// The picture of a progress snapshot: a bar per running run and one for everything, as lines that
// fit a terminal. Narrow terminals show fewer columns; no line ever wraps.
#pragma once

#include <string>
#include <vector>

#include "fanin/report/progress_model.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// A bar of exactly `width` columns, filled to `fraction` (clamped to [0, 1]).
std::string progress_bar(double fraction, std::size_t width, const Terminal& terminal);

/// The lines from top to bottom, without newlines, each narrower than terminal.width, and fewer
/// than terminal.height in number.
std::vector<std::string> draw_progress(const ProgressSnapshot& snapshot, const Terminal& terminal);

}  // namespace fanin::report
