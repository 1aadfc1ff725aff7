#include <algorithm>
#include <cmath>

#include "bench/faults/reading.hpp"

namespace fanin::faults {
namespace {

using observe::Problem;

constexpr double kConstant = 1e-12;  // a variance of the weights that is none
constexpr double kLossBand = 1;      // initial loss within 100 % of ln K
constexpr double kDeadLayer = 0.5;   // units whose 95th percentile is below 1e-5; units that are 0 on every row here
constexpr double kSaturated = 0.85;  // of a layer's values
constexpr double kStdLow = 0.5;      // of a layer's activations
constexpr double kStdHigh = 2;
constexpr double kGradientLow = 1e-6;  // mean |g|
constexpr double kGradientHigh = 1e6;
constexpr double kUpdateLow = -4;  // log10 ‖ΔW‖/‖W‖
constexpr double kUpdateHigh = -1;
constexpr double kRejected = 4;  // a variance so many times off those of He, Glorot and LeCun

// The F-test of the paper has no sample size; a ratio of four rejects what it rejects for layers of some hundred
// weights.
bool is_known_scale(const observe::TraceParameter& parameter, double variance) {
  const auto fan_in = static_cast<double>(parameter.fan_in);
  const auto fan_out = static_cast<double>(parameter.fan_out);
  for (const double expected : {1 / fan_in, 2 / fan_in, 2 / (fan_in + fan_out)}) {
    if (variance < kRejected * expected && variance > expected / kRejected) return true;
  }
  return false;
}

void initial_weights(const observe::Trace& trace, std::vector<Accusation>& found) {
  const auto steps = full_steps(trace);
  if (steps.empty()) return;
  for (const std::size_t i : weights_of(trace)) {
    const double variance = steps.front()->parameters[i].value.variance;
    const std::string layer = layer_of_parameter(trace, i);
    if (variance < kConstant) {
      found.push_back({{Problem::symmetric_units, Problem::poor_init_scale}, layer});
    } else if (!is_known_scale(trace.parameters[i], variance)) {
      found.push_back({{Problem::poor_init_scale, Problem::gain_mismatch, Problem::wrong_fan_mode}, layer});
    }
  }
}

void initial_loss(const observe::Trace& trace, std::vector<Accusation>& found) {
  if (trace.steps.empty() || trace.data.class_shares.size() < 2) return;
  const double chance = std::log(static_cast<double>(trace.data.class_shares.size()));
  if (std::abs(trace.steps.front().loss - chance) <= kLossBand * chance) return;
  found.push_back({{Problem::bias_init, Problem::poor_init_scale, Problem::gain_mismatch}, ""});
}

void activations(const observe::Trace& trace, std::vector<Accusation>& found) {
  for (const observe::TraceStep* step : full_steps(trace)) {
    for (const std::size_t node : activations_of(trace, "")) {
      const observe::NodeRecord& record = step->nodes[node];
      const std::string& layer = trace.nodes[node].layer;
      if (record.dead_units > kDeadLayer) {
        found.push_back({{Problem::dead_relu, Problem::bias_init}, layer});
        return;
      }
      if (record.saturated > kSaturated) {
        found.push_back({{Problem::saturated_activation, Problem::bias_init}, layer});
        return;
      }
      const double std_dev = std::sqrt(record.output.variance);
      if (std_dev >= kStdLow && std_dev <= kStdHigh) continue;
      found.push_back({{std_dev < kStdLow ? Problem::vanishing_activation : Problem::exploding_activation,
                        Problem::poor_init_scale, Problem::gain_mismatch, Problem::unscaled_input},
                       layer});
      return;
    }
  }
}

void gradients(const observe::Trace& trace, std::vector<Accusation>& found) {
  for (const std::size_t i : weights_of(trace)) {
    for (const observe::TraceStep* step : full_steps(trace)) {
      const observe::ParameterRecord& record = step->parameters[i];
      const std::string layer = layer_of_parameter(trace, i);
      const double magnitude = mean_magnitude(record.gradient);
      if (record.gradient.count > 0 && magnitude < kGradientLow) {
        found.push_back({{Problem::vanishing_gradient}, layer});
        return;
      }
      if (record.gradient.count > 0 && magnitude > kGradientHigh) {
        found.push_back({{Problem::exploding_gradient}, layer});
        return;
      }
      const double ratio = std::log10(record.update_ratio());
      if (ratio < kUpdateLow) {
        found.push_back({{Problem::update_too_small, Problem::learning_rate, Problem::untrained_layer}, layer});
        return;
      }
      if (ratio > kUpdateHigh) {
        found.push_back({{Problem::update_too_large, Problem::learning_rate}, layer});
        return;
      }
    }
  }
}

void loss(const observe::Trace& trace, std::vector<Accusation>& found) {
  if (any_non_finite(trace))
    found.push_back({{Problem::non_finite, Problem::diverging_loss, Problem::learning_rate}, ""});
  if (trace.steps.size() < 2) return;
  if (trace.steps.back().loss >= trace.steps.front().loss) {
    found.push_back({{Problem::stagnant_loss, Problem::diverging_loss, Problem::learning_rate}, ""});
  }
}

}  // namespace

std::vector<Accusation> the_deep_checker(const observe::Trace& trace) {
  std::vector<Accusation> found;
  initial_weights(trace, found);
  initial_loss(trace, found);
  activations(trace, found);
  gradients(trace, found);
  loss(trace, found);
  return found;
}

std::span<const NamedRuleSet> published_rule_sets() noexcept {
  static constexpr NamedRuleSet kSets[] = {{"SageMaker Debugger", sagemaker_debugger},
                                           {"AutoTrainer", autotrainer},
                                           {"DeepDiagnosis", deep_diagnosis},
                                           {"TheDeepChecker", the_deep_checker}};
  return kSets;
}

}  // namespace fanin::faults
