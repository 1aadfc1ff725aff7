#include "bench/faults/reading.hpp"

#include <cmath>
#include <numbers>

namespace fanin::faults {

std::vector<const observe::TraceStep*> full_steps(const observe::Trace& trace) {
  std::vector<const observe::TraceStep*> steps;
  for (const observe::TraceStep& step : trace.steps) {
    if (step.full()) steps.push_back(&step);
  }
  return steps;
}

std::vector<std::size_t> weights_of(const observe::Trace& trace) {
  std::vector<std::size_t> weights;
  for (std::size_t i = 0; i < trace.parameters.size(); ++i) {
    if (trace.parameters[i].fan_in > 0) weights.push_back(i);
  }
  return weights;
}

std::vector<std::size_t> activations_of(const observe::Trace& trace, std::string_view name) {
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < trace.nodes.size(); ++i) {
    if (trace.nodes[i].kind != "activation") continue;
    if (name.empty() || trace.nodes[i].attributes.find(name) != std::string::npos) nodes.push_back(i);
  }
  return nodes;
}

std::string layer_of_parameter(const observe::Trace& trace, std::size_t parameter) {
  for (const observe::TraceNode& node : trace.nodes) {
    for (const std::size_t own : node.parameters) {
      if (own == parameter) return node.layer;
    }
  }
  return "";
}

double mean_magnitude(const TensorStatistics& statistics) {
  return std::sqrt(statistics.mean_square() * 2 / std::numbers::pi);
}

double fraction_outside(const TensorStatistics& statistics, double low, double high) {
  const double std_dev = std::sqrt(statistics.variance);
  if (!(std_dev > 0)) return statistics.mean < low || statistics.mean > high ? 1 : 0;
  const auto below = [&](double x) { return 0.5 * std::erfc((statistics.mean - x) / (std_dev * std::numbers::sqrt2)); };
  return below(low) + 1 - below(high);
}

bool any_non_finite(const observe::Trace& trace) {
  if (trace.non_finite) return true;
  for (const observe::TraceStep& step : trace.steps) {
    if (!std::isfinite(step.loss) || step.non_finite > 0) return true;
  }
  return false;
}

int steps_where(const observe::Trace& trace, const std::function<bool(const observe::TraceStep&)>& condition) {
  int count = 0;
  for (const observe::TraceStep* step : full_steps(trace)) count += condition(*step) ? 1 : 0;
  return count;
}

}  // namespace fanin::faults
