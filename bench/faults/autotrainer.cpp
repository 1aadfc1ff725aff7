#include <algorithm>
#include <cmath>

#include "bench/faults/reading.hpp"

namespace fanin::faults {
namespace {

using observe::Problem;

constexpr double kVanishingRatio = 1e-3;  // ‖g₁‖/‖g_L‖ below it, and
constexpr double kVanishingNorm = 1e-4;   // ‖g₁‖ below this
constexpr double kExplodingRatio = 70;    // of a layer's gradient to the next one's
constexpr double kDying = 0.7;            // zero gradients
constexpr double kSwing = 0.03;           // of the accuracy from one epoch to the next
constexpr double kSwings = 0.2;           // of the epochs
constexpr double kSlow = 0.01;            // accuracy gained in an epoch
constexpr double kLoss = 1e3;
constexpr std::size_t kSteps = 10;  // that stand for an epoch in a trace of some tens of steps

void gradients(const observe::Trace& trace, std::vector<Accusation>& found) {
  const std::vector<std::size_t> weights = weights_of(trace);
  for (const observe::TraceStep* step : full_steps(trace)) {
    const auto norm = [&](std::size_t i) { return step->parameters[i].gradient.norm(); };
    if (weights.empty() || step->parameters[weights.front()].gradient.count == 0) continue;
    const double first = norm(weights.front());
    const double last = norm(weights.back());
    if (first < kVanishingRatio * last && first < kVanishingNorm) {
      found.push_back({{Problem::vanishing_gradient, Problem::poor_init_scale, Problem::gain_mismatch}, ""});
      return;
    }
    if (first > kExplodingRatio * last) {
      found.push_back({{Problem::exploding_gradient, Problem::poor_init_scale, Problem::gain_mismatch}, ""});
      return;
    }
    double zeros = 0;
    for (const std::size_t i : weights) {
      zeros += step->parameters[i].gradient.zero_fraction() / static_cast<double>(weights.size());
    }
    if (zeros >= kDying && !activations_of(trace, "relu").empty()) {
      found.push_back({{Problem::dead_relu, Problem::bias_init, Problem::symmetric_units}, ""});
      return;
    }
  }
}

std::vector<double> block_accuracies(const observe::Trace& trace) {
  std::vector<double> means;
  for (std::size_t begin = 0; begin + kSteps <= trace.steps.size(); begin += kSteps) {
    double sum = 0;
    for (std::size_t i = begin; i < begin + kSteps; ++i) sum += trace.steps[i].accuracy;
    means.push_back(sum / static_cast<double>(kSteps));
  }
  return means;
}

void course(const observe::Trace& trace, std::vector<Accusation>& found) {
  if (any_non_finite(trace) || (!trace.steps.empty() && trace.steps.back().loss >= kLoss)) {
    found.push_back({{Problem::exploding_gradient, Problem::non_finite, Problem::diverging_loss}, ""});
  }
  const std::vector<double> accuracies = block_accuracies(trace);
  if (accuracies.size() < 2 || !std::isfinite(accuracies.front())) return;
  std::size_t falls = 0;
  for (std::size_t i = 1; i < accuracies.size(); ++i) falls += accuracies[i - 1] - accuracies[i] >= kSwing ? 1U : 0U;
  if (static_cast<double>(falls) >= kSwings * static_cast<double>(accuracies.size())) {
    found.push_back({{Problem::oscillating_loss, Problem::learning_rate}, ""});
  }
  const double gained = *std::max_element(accuracies.begin(), accuracies.end()) - accuracies.front();
  if (gained < kSlow) {
    found.push_back({{Problem::stagnant_loss, Problem::update_too_small, Problem::learning_rate}, ""});
  }
}

}  // namespace

std::vector<Accusation> autotrainer(const observe::Trace& trace) {
  std::vector<Accusation> found;
  gradients(trace, found);
  course(trace, found);
  return found;
}

}  // namespace fanin::faults
