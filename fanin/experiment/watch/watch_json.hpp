// What watching a training found, as JSON: a part of train.json and result.json.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "fanin/observe/diagnosis.hpp"

namespace fanin::experiment {

/// {"verdict", "reason", "findings": [{"problem", "layer", "severity", "quantity", "measured", …}]}; null for none.
nlohmann::ordered_json findings_json(const std::optional<observe::Diagnosis>& diagnosis);
/// {"step", "name", "tensor", "element", "nan", "growth"}; null for none.
nlohmann::ordered_json non_finite_json(const std::optional<observe::NonFinite>& found);

}  // namespace fanin::experiment
