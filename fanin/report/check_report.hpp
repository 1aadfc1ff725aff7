// What `fanin check` shows: the layers with how signal and gradient go with depth, and the findings with the number,
// the expectation, the cause and the remedy.
#pragma once

#include <string>
#include <string_view>

#include "fanin/experiment/counterfactual/counterfactual.hpp"
#include "fanin/observe/diagnosis.hpp"
#include "fanin/observe/trace.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// @param title  what was watched: "784-256-128-10 on fashion-mnist".
std::string check_report(std::string_view title, const observe::Trace& trace, const observe::Diagnosis& diagnosis,
                         const Terminal& terminal);

/// {"verdict", "reason", "findings": [{"problem", "layer", "severity", "measured", "expected", "cause", "remedy", …}],
/// "layers": […], …}; numbers that are not known or not finite are null.
/// @param why  becomes "why"; null where nobody asked.
std::string check_json(const observe::Trace& trace, const observe::Diagnosis& diagnosis,
                       const experiment::Counterfactual* why = nullptr);

}  // namespace fanin::report
