// From a trace to the answer of `fanin check`, whoever recorded the trace.
#pragma once

#include <span>
#include <string_view>

#include "apps/fanin/answer.hpp"
#include "fanin/experiment/counterfactual/counterfactual.hpp"
#include "fanin/observe/diagnosis.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::cli {

/// Diagnoses the trace and gives report or JSON.
/// @param title    what was watched. @param fail_on  empty: every problem.
/// @param why      what single changes do; null where nobody asked.
/// @return kProblemsFound when a warning or an error is of `fail_on`, else kOk, also when nothing can be told.
int give_diagnosis(std::string_view title, const observe::Trace& trace, std::span<const observe::Problem> fail_on,
                   const Answer& answer, const experiment::Counterfactual* why = nullptr);

}  // namespace fanin::cli
