// What a sweep found, for people: a table of its settings, a map where two numbers were swept, and the comparison with
// its verdicts.
#pragma once

#include <string>

#include "fanin/experiment/sweep/sweep_summary.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

std::string sweep_report(const experiment::SweepResult& result, const experiment::SweepSummary& summary,
                         const Terminal& terminal);

/// What would be run, for --dry-run.
std::string sweep_plan_report(const experiment::SweepPlan& plan, const std::vector<experiment::SweepPoint>& points,
                              const Terminal& terminal);

}  // namespace fanin::report
