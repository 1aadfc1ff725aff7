// Stored runs on a terminal: lists, one run in full, and two sorts of runs against each other.
#pragma once

#include <span>
#include <string>

#include "fanin/experiment/store/paired.hpp"
#include "fanin/experiment/store/records.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// A heading and a table for each experiment that has runs; within one, the runs are in the order given.
std::string runs_report(std::span<const experiment::StoredExperiment> experiments,
                        std::span<const experiment::StoredRun> runs, const Terminal& terminal);

/// Everything about one run but its layers, which it counts.
std::string run_report(const experiment::StoredExperiment& experiment, const experiment::StoredRun& run,
                       const Terminal& terminal);

/// The pairs, their mean difference with its interval, and whether it is established.
std::string pairs_report(const experiment::PairedRuns& pairs, const Terminal& terminal);
std::string pairs_json(const experiment::PairedRuns& pairs);

}  // namespace fanin::report
