// What watching a training found, in words for the end of its report.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "fanin/experiment/compare.hpp"
#include "fanin/observe/diagnosis.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// The verdict, each finding with its numbers and remedy, and the first value that was not finite.
void add_watch(std::string& out, const observe::Diagnosis& diagnosis,
               const std::optional<observe::NonFinite>& non_finite, const Terminal& terminal);

/// A line for each initialization: what was found, where, and in how many of its runs; nothing where none was watched.
void add_watched_runs(std::string& out, std::span<const experiment::InitSummary> rows,
                      std::span<const experiment::RunResult> runs, const Terminal& terminal);

/// "NaN in the output of layer2.dense, element 17, at step 12; its largest magnitudes before: 3.1e+10, 4.2e+30".
std::string non_finite_text(const observe::NonFinite& found);

}  // namespace fanin::report
