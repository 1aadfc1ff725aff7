// What a repair found, tried and chose, for the terminal.
#pragma once

#include <string>

#include "fanin/experiment/repair/repair.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// The verdict, before and after side by side, what was tried, and the options to use.
std::string fix_report(const experiment::RepairResult& result, const Terminal& terminal);

}  // namespace fanin::report
