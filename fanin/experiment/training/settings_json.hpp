// A training's settings, state and results as JSON: what checkpoints and train.json hold.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "fanin/experiment/training/checkpoint.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {

using Json = nlohmann::ordered_json;

/// Settings that determine the results, and back. All readers of this file: @throws Error bad_data naming the
/// field, or nlohmann's exceptions where one is missing.
Json settings_json(const TrainSettings& settings);
TrainSettings settings_from_json(const Json& json);
Json epoch_json(const TrainEpoch& epoch);
TrainEpoch epoch_from_json(const Json& json);
Json state_json(const TrainState& state);
TrainState state_from_json(const Json& json);
Json identity_json(const DataIdentity& data);
DataIdentity identity_from_json(const Json& json);
Json scaling_json(const InputScaling& scaling);
InputScaling scaling_from_json(const Json& json);
Json result_json(const TrainResult& result);

/// Finite numbers as they are, others as text, which number_from reads back: JSON knows no NaN.
Json exact_number(double value);
double number_from(const Json& json);

}  // namespace fanin::experiment
