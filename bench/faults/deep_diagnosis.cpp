#include <algorithm>
#include <cmath>

#include "bench/faults/reading.hpp"

namespace fanin::faults {
namespace {

using observe::Problem;

constexpr double kDead = 0.7;          // of a layer's outputs at or below 0
constexpr double kSaturated = 0.5;     // of a layer's values
constexpr double kSaturation = 5;      // beyond ±5
constexpr double kVanishing = 1e-7;    // mean |ΔW|
constexpr double kVarianceLow = 1e-5;  // of the weights
constexpr double kVarianceHigh = 10;
constexpr double kUpdateLow = 1e-5;  // lr·‖∂W‖/‖W‖; for any optimizer the step itself is taken here
constexpr double kUpdateHigh = 1e-1;
constexpr double kInput = 1;  // inputs outside [−1, 1]

void inputs(const observe::Trace& trace, std::vector<Accusation>& found) {
  if (!trace.data.tokens && trace.data.largest_magnitude > kInput) found.push_back({{Problem::unscaled_input}, ""});
}

void weights(const observe::Trace& trace, std::vector<Accusation>& found) {
  const auto steps = full_steps(trace);
  if (steps.empty()) return;
  for (const std::size_t i : weights_of(trace)) {
    const double variance = steps.front()->parameters[i].value.variance;
    if (variance >= kVarianceLow && variance <= kVarianceHigh) continue;
    found.push_back(
        {{Problem::poor_init_scale, Problem::symmetric_units, Problem::gain_mismatch, Problem::wrong_fan_mode},
         layer_of_parameter(trace, i)});
    return;
  }
}

void activations(const observe::Trace& trace, std::vector<Accusation>& found) {
  for (const observe::TraceStep* step : full_steps(trace)) {
    for (const std::size_t node : activations_of(trace, "")) {
      const TensorStatistics& output = step->nodes[node].output;
      const double positive = static_cast<double>(output.positive_count) / static_cast<double>(output.count);
      if (trace.nodes[node].attributes.find("relu") != std::string::npos && 1 - positive >= kDead) {
        found.push_back({{Problem::dead_relu, Problem::bias_init}, trace.nodes[node].layer});
        return;
      }
      const bool bounded = trace.nodes[node].attributes == "tanh" || trace.nodes[node].attributes == "sigmoid";
      if (!bounded || trace.nodes[node].inputs.size() != 1) continue;
      const TensorStatistics& input = step->nodes[trace.nodes[node].inputs.front()].output;
      if (fraction_outside(input, -kSaturation, kSaturation) <= kSaturated) continue;
      found.push_back({{Problem::saturated_activation}, trace.nodes[node].layer});
      return;
    }
  }
}

void gradients(const observe::Trace& trace, std::vector<Accusation>& found) {
  if (any_non_finite(trace)) {
    found.push_back({{Problem::exploding_gradient, Problem::non_finite, Problem::diverging_loss}, ""});
  }
  for (const std::size_t i : weights_of(trace)) {
    const int vanished = steps_where(trace, [i](const observe::TraceStep& step) {
      return step.parameters[i].gradient.count > 0 && mean_magnitude(step.parameters[i].gradient) < kVanishing;
    });
    if (vanished == 0) continue;
    found.push_back({{Problem::vanishing_gradient}, layer_of_parameter(trace, i)});
    return;
  }
}

void updates(const observe::Trace& trace, std::vector<Accusation>& found) {
  for (const std::size_t i : weights_of(trace)) {
    for (const observe::TraceStep* step : full_steps(trace)) {
      const double ratio = step->parameters[i].update_ratio();
      if (ratio > kUpdateHigh) {
        found.push_back({{Problem::learning_rate, Problem::update_too_large}, ""});
        return;
      }
      if (ratio < kUpdateLow) {
        found.push_back({{Problem::learning_rate, Problem::update_too_small, Problem::untrained_layer}, ""});
        return;
      }
    }
  }
}

}  // namespace

std::vector<Accusation> deep_diagnosis(const observe::Trace& trace) {
  std::vector<Accusation> found;
  inputs(trace, found);
  weights(trace, found);
  activations(trace, found);
  gradients(trace, found);
  updates(trace, found);
  return found;
}

}  // namespace fanin::faults
