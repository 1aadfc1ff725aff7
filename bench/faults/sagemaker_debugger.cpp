#include <algorithm>
#include <cmath>

#include "bench/faults/reading.hpp"

namespace fanin::faults {
namespace {

using observe::Problem;

constexpr double kVanishing = 1e-7;          // VanishingGradient: threshold
constexpr double kVarianceRatio = 10;        // PoorWeightInitialization: threshold
constexpr double kDistributionRange = 1e-3;  // PoorWeightInitialization: distribution_range, 95th less 5th percentile
constexpr double kGaussianRange = 3.29;      // that range of a Gaussian, in standard deviations
constexpr double kDeadLayer = 0.5;           // DeadRelu: threshold_layer
constexpr double kSaturatedLayer = 0.5;      // SaturatedActivation: threshold_layer
constexpr double kSmallestUpdate = 1e-8;     // WeightUpdateRatio: small_threshold
constexpr double kLargestUpdate = 10;        // WeightUpdateRatio: large_threshold
constexpr double kUnchanged = 1e-5;          // UnchangedTensor: rtol
constexpr int kUnchangedSteps = 3;           // UnchangedTensor: num_steps
constexpr std::size_t kLossSteps = 10;       // LossNotDecreasing: num_steps
constexpr double kLossFraction = 0.001;      // LossNotDecreasing: diff_percent 0.1

// The rule looks at the first steps; a trace's first records are of step 0.
void poor_weight_initialization(const observe::Trace& trace, std::vector<Accusation>& found) {
  const auto steps = full_steps(trace);
  if (steps.empty()) return;
  double smallest = INFINITY;
  double largest = 0;
  double widest = 0;
  for (const std::size_t i : weights_of(trace)) {
    const observe::ParameterRecord& record = steps.front()->parameters[i];
    smallest = std::min(smallest, record.value.variance);
    largest = std::max(largest, record.value.variance);
    if (record.gradient.count > 0) widest = std::max(widest, kGaussianRange * std::sqrt(record.gradient.variance));
  }
  if (largest > kVarianceRatio * smallest || widest < kDistributionRange) {
    found.push_back({{Problem::poor_init_scale, Problem::gain_mismatch, Problem::wrong_fan_mode,
                      Problem::symmetric_units, Problem::bias_init},
                     ""});
  }
}

void gradients(const observe::Trace& trace, std::vector<Accusation>& found) {
  for (const std::size_t i : weights_of(trace)) {
    const int steps = steps_where(trace, [i](const observe::TraceStep& step) {
      const TensorStatistics& gradient = step.parameters[i].gradient;
      return gradient.count > 0 && mean_magnitude(gradient) < kVanishing;
    });
    if (steps > 0) found.push_back({{Problem::vanishing_gradient}, layer_of_parameter(trace, i)});
  }
  if (any_non_finite(trace)) found.push_back({{Problem::exploding_gradient, Problem::non_finite}, ""});
}

void activations(const observe::Trace& trace, std::vector<Accusation>& found) {
  const auto steps = full_steps(trace);
  for (const observe::TraceStep* step : steps) {
    for (const std::size_t node : activations_of(trace, "relu")) {
      if (step->nodes[node].dead_units > kDeadLayer) {
        found.push_back({{Problem::dead_relu}, trace.nodes[node].layer});
        return;
      }
    }
    for (const auto& [name, low, high] :
         {std::tuple("tanh", -9.4999, 9.4999), std::tuple("sigmoid", -23.0, 16.99999)}) {
      for (const std::size_t node : activations_of(trace, name)) {
        if (trace.nodes[node].inputs.size() != 1) continue;
        const TensorStatistics& input = step->nodes[trace.nodes[node].inputs.front()].output;
        if (fraction_outside(input, low, high) <= kSaturatedLayer) continue;
        found.push_back({{Problem::saturated_activation}, trace.nodes[node].layer});
        return;
      }
    }
  }
}

void updates(const observe::Trace& trace, std::vector<Accusation>& found) {
  for (const std::size_t i : weights_of(trace)) {
    const auto ratio = [i](const observe::TraceStep& step) { return step.parameters[i].update_ratio(); };
    if (steps_where(trace, [&](const auto& step) { return ratio(step) > kLargestUpdate; }) > 0) {
      found.push_back({{Problem::update_too_large, Problem::learning_rate}, layer_of_parameter(trace, i)});
    } else if (steps_where(trace, [&](const auto& step) { return ratio(step) < kSmallestUpdate; }) > 0) {
      found.push_back({{Problem::update_too_small, Problem::learning_rate}, layer_of_parameter(trace, i)});
    } else if (steps_where(trace, [&](const auto& step) { return ratio(step) < kUnchanged; }) >= kUnchangedSteps) {
      found.push_back({{Problem::untrained_layer, Problem::update_too_small}, layer_of_parameter(trace, i)});
    }
  }
}

void loss(const observe::Trace& trace, std::vector<Accusation>& found) {
  for (std::size_t i = kLossSteps; i < trace.steps.size(); ++i) {
    if (trace.steps[i].loss <= trace.steps[i - kLossSteps].loss * (1 - kLossFraction)) continue;
    found.push_back(
        {{Problem::stagnant_loss, Problem::diverging_loss, Problem::oscillating_loss, Problem::learning_rate}, ""});
    return;
  }
}

}  // namespace

std::vector<Accusation> sagemaker_debugger(const observe::Trace& trace) {
  std::vector<Accusation> found;
  poor_weight_initialization(trace, found);
  activations(trace, found);
  gradients(trace, found);
  updates(trace, found);
  loss(trace, found);
  return found;
}

}  // namespace fanin::faults
