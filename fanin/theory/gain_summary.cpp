#include "fanin/theory/gain_summary.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/theory/gain.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

const Gate* find_gate(std::string_view name) {
  const auto found = std::ranges::find(gates(), name, &Gate::name);
  return found == gates().end() ? nullptr : &*found;
}

/// Refuses a name that is neither, with the nearest of all names.
void check_name(const std::string& name) {
  std::vector<std::string> names;
  for (const net::ActivationFunction* function : net::activation_functions()) {
    names.emplace_back(function->name);
    names.insert(names.end(), function->aliases.begin(), function->aliases.end());
  }
  for (const Gate& gate : gates()) names.emplace_back(gate.name);
  if (std::ranges::count(names, name) != 0) return;
  throw Error(ErrorCode::unknown_name, "activation",
              "no activation or gated unit '" + name + "'; " + suggestion(name, names));
}

std::optional<double> known_to_pytorch(const net::Activation& activation) {
  try {
    return pytorch_gain(activation);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unsupported) throw;
    return std::nullopt;
  }
}

void describe_activation(const net::Activation& activation, GainSummary& summary) {
  const Moments m = moments(activation, {.q = summary.variance});
  summary.unit = net::to_string(activation);
  summary.formula = activation.function().formula;
  summary.source = activation.function().source;
  summary.mean = m.mean;
  summary.second_moment = m.second_moment;
  summary.output_variance = m.variance;
  summary.slope_second_moment = m.slope_second;
  summary.pytorch = known_to_pytorch(activation);
  summary.status = m.status;
}

void describe_gate(const Gate& gate, GainSummary& summary) {
  const net::Activation phi = parse_gate(gate.name);
  const Moments m = moments(phi, {.q = summary.variance});
  summary.unit = gate.name;
  summary.formula = "a*phi(b), phi = " + std::string(gate.activation);
  summary.source = gate.source;
  summary.gated = true;
  summary.mean = 0;
  summary.second_moment = summary.variance * m.second_moment;
  summary.output_variance = summary.second_moment;
  summary.slope_second_moment = m.second_moment + summary.variance * m.slope_second;
  summary.status = m.status;
}

}  // namespace

GainSummary gain_summary(std::string_view unit, double variance) {
  if (!(variance > 0) || !std::isfinite(variance)) {
    throw Error(ErrorCode::bad_value, "variance", "it must be finite and > 0, the variance of the pre-activations");
  }
  const CallExpr call = parse_call(unit, "activation");
  check_name(call.name);
  GainSummary summary;
  summary.variance = variance;
  if (const Gate* gate = find_gate(call.name); gate != nullptr) {
    CallReader(call, "gated unit").finish();
    describe_gate(*gate, summary);
  } else {
    describe_activation(net::parse_activation(unit), summary);
  }
  summary.forward = std::sqrt(variance / summary.second_moment);
  summary.backward = 1 / std::sqrt(summary.slope_second_moment);
  summary.mean_removed = std::sqrt(variance / summary.output_variance);
  return summary;
}

}  // namespace fanin::theory
