#include "fanin/observe/diagnose/evidence.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "fanin/core/error.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/theory/gain.hpp"

namespace fanin::observe {
namespace {

void check(const Trace& trace) {
  const auto refuse = [](const std::string& what) { throw Error(ErrorCode::bad_data, "trace", what); };
  for (const TraceNode& node : trace.nodes) {
    for (const std::size_t input : node.inputs) {
      if (input >= trace.nodes.size()) refuse("node " + node.name + " has an input that does not exist");
    }
    for (const std::size_t parameter : node.parameters) {
      if (parameter >= trace.parameters.size()) refuse("node " + node.name + " has a parameter that does not exist");
    }
  }
  for (const TraceStep& step : trace.steps) {
    const bool nodes = step.nodes.empty() || step.nodes.size() == trace.nodes.size();
    const bool parameters = step.parameters.empty() || step.parameters.size() == trace.parameters.size();
    if (nodes && parameters) continue;
    std::string what = "step " + std::to_string(step.step);
    what += " has records for " + std::to_string(step.nodes.size()) + " nodes and " +
            std::to_string(step.parameters.size()) + " parameters, the network has " +
            std::to_string(trace.nodes.size()) + " and " + std::to_string(trace.parameters.size());
    refuse(what);
  }
}

// The range of fan_in·Var W that serves after an activation: what keeps the forward signal and what keeps the
// backward signal; for bounded functions, which are linear for small inputs, also 1.
void range_after(const std::string& activation, LayerScale& scale) {
  if (activation.empty()) {
    scale.smallest = scale.largest = 1;
    return;
  }
  const net::Activation function = net::parse_activation(activation);
  const double forward = std::pow(theory::forward_gain(function), 2);
  const double backward = std::pow(theory::backward_gain(function), 2);
  scale.smallest = std::min(forward, backward);
  scale.largest = std::max(forward, backward);
  if (saturates(activation)) scale.smallest = std::min(scale.smallest, 1.0);
}

LayerScale measure(const Trace& trace, std::size_t parameter, const ParameterRecord& record) {
  LayerScale scale;
  scale.parameter = parameter;
  scale.measured =
      static_cast<double>(std::max<std::int64_t>(trace.parameters[parameter].fan_in, 1)) * record.value.mean_square();
  const auto count = static_cast<double>(std::max<std::int64_t>(record.value.finite_count(), 1));
  const double kurtosis = std::isfinite(record.value.kurtosis) ? record.value.kurtosis : 1;
  scale.relative_error = std::sqrt(std::max(kurtosis - 1, 0.0) / count);
  return scale;
}

void compare(LayerScale& scale) {
  if (scale.measured < scale.smallest) scale.deviation = std::log(scale.measured / scale.smallest);
  if (scale.measured > scale.largest) scale.deviation = std::log(scale.measured / scale.largest);
}

// Cells with gates and embeddings serve over a wide range: PyTorch's U(±1/√units) gives a third of the units' number
// over the inputs', orthogonal weights 1.
LayerScale other_scale(const Trace& trace, std::size_t parameter, const ParameterRecord& record) {
  LayerScale scale = measure(trace, parameter, record);
  switch (trace.parameters[parameter].role) {
    case net::ParameterRole::embedding: scale.smallest = 1e-6, scale.largest = 30; break;
    case net::ParameterRole::recurrent: scale.smallest = 1e-3, scale.largest = 3; break;
    default: scale.smallest = 1e-3, scale.largest = 8; break;
  }
  compare(scale);
  return scale;
}

LayerScale scale_of(const Trace& trace, const WeightedLayer& layer, bool residual, const ParameterRecord& record) {
  if (layer.packed) return other_scale(trace, layer.weight, record);
  LayerScale scale = measure(trace, layer.weight, record);
  try {
    range_after(layer.input_activation, scale);
  } catch (const Error&) {  // a function that this room does not know: nothing to expect
    scale.matters = false;
    return scale;
  }
  // A first layer's inputs have any size near 1, and He's factor is as usual there as its absence; a small last layer
  // only makes the first answers modest.
  if (layer.first || layer.token_input) {
    scale.smallest = std::min(scale.smallest, 0.3);
    scale.largest = std::max(scale.largest, 3.0);
  }
  // A shortcut carries the signal past a branch that adds little.
  if (residual) scale.smallest = 0;
  if (layer.output) {
    scale.smallest = 0;
    scale.largest = std::max(scale.largest, 2.0);
  }
  scale.matters = !layer.normalized && !layer.gated;
  compare(scale);
  return scale;
}

double log_mean_square(const TensorStatistics& statistics) {
  return statistics.finite_count() == 0 ? kUnknown : std::log(statistics.mean_square());
}

void measure_signals(Evidence& e) {
  double averaging = 1;
  std::vector<double> corrections(e.view.layers.size(), 1);
  for (std::size_t l = e.view.layers.size(); l-- > 0;) {
    corrections[l] = averaging;
    if (l > 0) averaging *= averaging_between(e.trace, *e.first, e.view.layers[l - 1].node, e.view.layers[l].node);
  }
  const auto log_gradients = [&](const TraceStep& step) {
    std::vector<double> logs;
    for (std::size_t l = 0; l < e.view.layers.size(); ++l) {
      const TensorStatistics& gradient = step.nodes[e.view.layers[l].before].gradient;
      const double squares = gradient.mean_square() * static_cast<double>(gradient.finite_count());
      logs.push_back(gradient.count == 0 ? kUnknown : std::log(squares / corrections[l]));
    }
    return logs;
  };
  for (const WeightedLayer& layer : e.view.layers) {
    e.outputs.push_back(log_mean_square(e.first->nodes[layer.after].output));
    e.before.push_back(log_mean_square(e.first->nodes[layer.before].output));
  }
  e.gradients = log_gradients(*e.first);
  // Behind weights that start at zero on purpose no gradient arrives before the first step.
  const bool waits = std::any_of(e.gradients.begin(), e.gradients.end(), [](double log) { return log == -HUGE_VAL; });
  if (waits && e.last != e.first) e.gradients = log_gradients(*e.last);
}

double chance_of(const Trace& trace) {
  if (!trace.data.class_shares.empty()) {
    double entropy = 0;
    for (const double share : trace.data.class_shares) {
      if (share > 0) entropy -= share * std::log(share);
    }
    return entropy * trace.loss_factor;
  }
  if (trace.loss == "binary_cross_entropy" && !trace.data.target_means.empty()) {
    double sum = 0;
    for (const double p : trace.data.target_means) {
      if (p > 0 && p < 1) sum -= p * std::log(p) + (1 - p) * std::log(1 - p);
    }
    return sum / static_cast<double>(trace.data.target_means.size()) * trace.loss_factor;
  }
  if (!trace.data.target_std_devs.empty()) {
    double sum = 0;
    for (const double std_dev : trace.data.target_std_devs) sum += std_dev * std_dev;
    return sum / static_cast<double>(trace.data.target_std_devs.size()) * trace.loss_factor;
  }
  if (trace.outputs > 1 && trace.loss.find("entropy") != std::string::npos) {
    return std::log(static_cast<double>(trace.outputs)) * trace.loss_factor;
  }
  return kUnknown;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Whether a loss that is NaN was never told, rather than computed: what depends on it is finite.
bool was_not_told(const Trace& trace, const TraceStep& step) {
  if (!std::isnan(step.loss) || trace.non_finite || step.non_finite > 0) return false;
  if (!step.full()) return step.step > 0;
  return std::ranges::all_of(step.nodes, [](const NodeRecord& record) {
    return record.gradient.count == record.gradient.finite_count() &&
           record.output.count == record.output.finite_count();
  });
}

LossCourse course_of(const Trace& trace) {
  LossCourse course;
  std::vector<double> losses;
  for (const TraceStep& step : trace.steps) {
    if (was_not_told(trace, step)) continue;
    if (!std::isfinite(step.loss)) course.finite = false;
    losses.push_back(step.loss);
  }
  course.chance = chance_of(trace);
  course.steps = static_cast<std::int64_t>(losses.size());
  if (losses.empty()) return course;
  course.start = losses.front();
  if (!course.finite || losses.size() < 4) return course;
  const std::size_t window = std::max<std::size_t>(losses.size() / 10, 2);
  const std::span<const double> all(losses);
  course.early = mean(all.first(window));
  course.late = mean(all.last(window));
  course.best = course.early;
  for (std::size_t i = 0; i + window <= losses.size(); ++i) {
    course.best = std::min(course.best, mean(all.subspan(i, window)));
  }
  course.worst = *std::max_element(losses.begin() + 1, losses.end());
  double squares = 0;
  for (std::size_t i = losses.size() / 2 + 1; i < losses.size(); ++i) {
    squares += (losses[i] - losses[i - 1]) * (losses[i] - losses[i - 1]);
  }
  const auto pairs = static_cast<double>(losses.size() - losses.size() / 2 - 1);
  course.noise = std::sqrt(squares / std::max(pairs, 1.0) / 2);
  const double reference = std::isfinite(course.chance) ? std::min(course.chance, course.early) : course.early;
  const double unit = std::isfinite(course.chance) && course.chance > 0 ? course.chance : std::abs(course.early);
  course.gain = (reference - course.late) / unit;
  course.gain_error = course.noise * std::sqrt(2.0 / static_cast<double>(window)) / unit;
  return course;
}

bool is_adaptive(const std::string& optimizer) {
  const std::string name = optimizer.substr(0, optimizer.find('('));
  return name.find("adam") != std::string::npos || name.find("Adam") != std::string::npos ||
         name.find("rms") != std::string::npos || name.find("RMS") != std::string::npos ||
         name.find("adagrad") != std::string::npos || name.find("lion") != std::string::npos ||
         name.find("lamb") != std::string::npos;
}

}  // namespace

Evidence evidence_of(const Trace& trace) {
  check(trace);
  Evidence e{.trace = trace,
             .view = view_of(trace),
             .scales = {},
             .others = {},
             .outputs = {},
             .before = {},
             .gradients = {},
             .loss = {}};
  for (const TraceStep& step : trace.steps) {
    if (step.nodes.empty() || step.parameters.empty()) continue;
    if (e.first == nullptr) e.first = e.last = &step;
    if (step.tells_of_units() || !e.last->tells_of_units()) e.last = &step;
  }
  e.loss = course_of(trace);
  e.adaptive = is_adaptive(trace.optimizer);
  if (e.first == nullptr) return e;
  for (const WeightedLayer& layer : e.view.layers) {
    e.scales.push_back(scale_of(trace, layer, e.view.residual, e.first->parameters[layer.weight]));
  }
  std::vector<bool> known(trace.parameters.size(), false);
  for (const LayerScale& scale : e.scales) known[scale.parameter] = true;
  for (std::size_t i = 0; i < trace.parameters.size(); ++i) {
    const net::ParameterRole role = trace.parameters[i].role;
    const bool weighs = role == net::ParameterRole::weight || role == net::ParameterRole::recurrent ||
                        role == net::ParameterRole::embedding;
    if (weighs && !known[i]) e.others.push_back(other_scale(trace, i, e.first->parameters[i]));
  }
  measure_signals(e);
  return e;
}

std::string short_number(double value) {
  std::array<char, 40> text{};
  const double size = std::abs(value);
  if (size >= 1000 && size < 1e6) {
    std::snprintf(text.data(), text.size(), "%.0f", value);
  } else {
    std::snprintf(text.data(), text.size(), "%.3g", value);
  }
  return text.data();
}

}  // namespace fanin::observe
