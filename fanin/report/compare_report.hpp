// The end of a comparison in plain words: what was trained, the table of results, and which
// differences are established.
#pragma once

#include <string>

#include "fanin/experiment/compare.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// Lines that fit the terminal. A comparison that was interrupted shows what there is and says so.
std::string compare_report(const experiment::CompareResult& result, const Terminal& terminal);

}  // namespace fanin::report
