// What `fanin check --why` shows: which single change of a training helps, and by how much.
#pragma once

#include <string>

#include "fanin/experiment/counterfactual/counterfactual.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

std::string why_report(const experiment::Counterfactual& why, const Terminal& terminal);

}  // namespace fanin::report
