// The data of a page: everything its charts and tables show, as one JSON text. docs/report.md describes version 1.
//
//     const std::string data = compare_page_data(result);
//     io::write_file_atomically("report.html", page_html(data));
#pragma once

#include <string>
#include <string_view>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/counterfactual/counterfactual.hpp"
#include "fanin/experiment/probe/probe.hpp"
#include "fanin/experiment/sweep/sweep_summary.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::report {

/// Of runs that were watched, the bulky part is that of each initialization's first one.
std::string compare_page_data(const experiment::CompareResult& result);
std::string train_page_data(const experiment::TrainResult& result);

struct CheckedRun {
  std::string_view title;
  const observe::Trace& trace;
  const observe::Diagnosis& diagnosis;
  const experiment::ProbeSettings* settings = nullptr;  ///< none for a trace that was read from a file
  std::string_view trace_file = {};                     ///< that one's name
  const experiment::Counterfactual* why = nullptr;      ///< where single changes were tried
};
std::string check_page_data(const CheckedRun& run);

/// @param command  that ran the sweep.
std::string sweep_page_data(const experiment::SweepResult& result, const experiment::SweepSummary& summary,
                            std::string_view command);

}  // namespace fanin::report
