// Private to this room: a counterfactual as JSON, for the "why" of check_json.
#pragma once

#include "fanin/experiment/counterfactual/counterfactual.hpp"
#include "fanin/report/json_values.hpp"

namespace fanin::report {

/// {"conclusion","cause": factor or null,"steps","seeds","as_is":
/// trial,"factors":[{"name","not_tried","trials":[{"change",
/// "progress","progress_error","effect","effect_error","final_loss","verdict","problems","helps"}]}]}
Json why_json(const experiment::Counterfactual& why);

}  // namespace fanin::report
