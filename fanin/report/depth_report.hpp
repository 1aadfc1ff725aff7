// What `fanin theory depth` shows: predicted sizes of activations and gradients, layer by layer, and
// whether they vanish or explode.
#pragma once

#include <string>

#include "fanin/experiment/depth_prediction.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// Lines that fit the terminal.
std::string depth_report(const experiment::DepthPrediction& prediction, const Terminal& terminal);

/// The report's last lines: what happens to activations and to gradients, in two sentences.
std::string depth_verdict(const experiment::DepthPrediction& prediction);

/// {"version","net","activation","init","bias_variance","input_second_moment","exact",
///  "layers":[{"name","fan_in","units","weight_variance","activation_second_moment","gradient_second_moment",
///  "weight_gradient_second_moment"}],
///  "activations":{"trend","ratio","factor_per_layer","layers_to_thousandfold"},"gradients":{the same},"verdict"}.
/// A trend is kept, shrinking, growing, vanishing or exploding. A number that is not finite is null, and so is a bias
/// variance that the initialization decides.
std::string depth_json(const experiment::DepthPrediction& prediction);

}  // namespace fanin::report
