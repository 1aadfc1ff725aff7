// How the sizes of activations and gradients change with depth.
#include <algorithm>
#include <cmath>
#include <string>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {
namespace {

constexpr double kLargeChange = 6.9;      // ln 1000 of a mean square
constexpr double kAdaptiveChange = 18.4;  // ln 1e8: an adaptive step divides a gradient's size out

// Three standard deviations of the log of a squared size ratio over random networks of these widths.
double scatter(const Evidence& e) {
  double sum = 0;
  for (const WeightedLayer& layer : e.view.layers) {
    const auto units = static_cast<double>(std::max<std::int64_t>(e.trace.parameters[layer.weight].units, 1));
    if (!layer.output) sum += 5 / units;
  }
  return 3 * std::sqrt(sum);
}

Severity severity_of(const Evidence& e, bool adaptive_matters) {
  if (!e.loss.learns()) return Severity::error;
  if (e.loss.gain > 0.3) return Severity::note;
  return adaptive_matters && e.adaptive ? Severity::note : Severity::warning;
}

struct Ends {
  std::size_t first = kNone;
  std::size_t last = kNone;
  double change = 0;  // from first to last
};

// The first and the last hidden layer with a finite value, and the steepest of the two directions.
Ends ends_of(const Evidence& e, const std::vector<double>& values, bool with_output) {
  Ends ends;
  for (std::size_t l = 0; l < values.size(); ++l) {
    const WeightedLayer& layer = e.view.layers[l];
    if ((layer.output && !with_output) || layer.branch || std::isnan(values[l])) continue;
    if (ends.first == kNone) ends.first = l;
    ends.last = l;
  }
  if (ends.first != kNone) ends.change = values[ends.last] - values[ends.first];
  return ends;
}

void find_activations(const Evidence& e, std::vector<Finding>& findings) {
  const Ends ends = ends_of(e, e.before, false);
  if (ends.first == kNone || ends.first == ends.last) return;
  const double bound = std::max(kLargeChange, scatter(e));
  const bool gone = std::exp(e.before[ends.last]) == 0 && std::exp(e.before[ends.first]) > 0;
  if (!(std::abs(ends.change) > bound) && !gone) return;
  const bool explodes = ends.change > 0 && !gone;
  Finding finding{.problem = explodes ? Problem::exploding_activation : Problem::vanishing_activation};
  finding.layer = e.view.layers[ends.last].name;
  finding.severity = severity_of(e, true);
  finding.quantity = "ln of E u² at the last hidden layer over that at the first";
  finding.measured = {ends.change, 0};
  finding.expected = {0, scatter(e) / 3};
  finding.source = "Poole et al. 2016, arXiv:1606.05340 (variance map); scatter: Hanin & Nica 2018, arXiv:1812.05994";
  const double layers = static_cast<double>(ends.last - ends.first);
  finding.cause = "from " + e.view.layers[ends.first].name + " to " + finding.layer + " the activations " +
                  (explodes ? "grow" : "shrink") + " by a factor of " +
                  short_number(std::exp(ends.change / 2 / layers)) + " per layer";
  finding.remedy =
      e.view.residual ? "--init fixup or skipinit, or normalization in the branches"
                      : "a start that keeps sizes: --init he_normal after ReLU, glorot_normal or orthogonal after tanh";
  finding.falsified_by = "the sizes are level over the layers for another draw (--seed 2)";
  findings.push_back(std::move(finding));
}

void find_gradients(const Evidence& e, std::vector<Finding>& findings) {
  const Ends ends = ends_of(e, e.gradients, true);
  if (ends.first == kNone || ends.first == ends.last) return;
  const double change = -ends.change;  // the way that gradients go: from the output to the input
  const double bound = std::max(kLargeChange, scatter(e));
  // Without a step taken, weights that start at zero on purpose may stand between: nobody can tell.
  const bool gone = e.first != e.last && e.gradients[ends.first] == -HUGE_VAL && std::isfinite(e.gradients[ends.last]);
  if (!gone && !std::isfinite(change)) return;
  if (!(std::abs(change) > bound) && !gone) return;
  const bool explodes = change > 0;
  Finding finding{.problem = explodes ? Problem::exploding_gradient : Problem::vanishing_gradient};
  finding.layer = e.view.layers[ends.first].name;
  finding.severity = severity_of(e, std::abs(change) < kAdaptiveChange);
  finding.quantity = "ln of ‖∂L/∂u‖² at the first layer over that at the last";
  finding.measured = {change, 0};
  finding.expected = {0, scatter(e) / 3};
  finding.source = "Schoenholz et al. 2017, arXiv:1611.01232: chi1 = 1 keeps gradients; scatter: Hanin & Nica 2018";
  const double layers = static_cast<double>(ends.last - ends.first);
  finding.cause = "on the way back from " + e.view.layers[ends.last].name + " to " + finding.layer + " the gradient " +
                  (explodes ? "grows" : "shrinks") + " by a factor of " + short_number(std::exp(change / 2 / layers)) +
                  " per layer";
  const bool flat = std::any_of(e.view.layers.begin(), e.view.layers.end(),
                                [](const WeightedLayer& layer) { return layer.activation == "sigmoid"; });
  finding.remedy =
      explodes ? "a start on the edge of chaos (`fanin theory edge`), orthogonal weights, or --clip global_norm=1"
      : flat   ? "--activation tanh or relu instead of sigmoid, normalization or shortcuts"
               : "--init he_normal after ReLU, glorot_normal or orthogonal after tanh; normalization or shortcuts";
  finding.falsified_by = "the gradient's norm is level over the layers for another draw (--seed 2)";
  findings.push_back(std::move(finding));
}

}  // namespace

void find_bad_signals(const Evidence& e, std::vector<Finding>& findings) {
  if (e.first == nullptr || e.view.layers.size() < 2) return;
  find_activations(e, findings);
  find_gradients(e, findings);
}

void find_missing_nonlinearity(const Evidence& e, std::vector<Finding>& findings) {
  for (std::size_t l = 0; l + 1 < e.view.layers.size(); ++l) {
    const WeightedLayer& layer = e.view.layers[l];
    const WeightedLayer& next = e.view.layers[l + 1];
    if (!layer.activation.empty() || next.nonlinear_input || layer.packed || next.packed || layer.branch ||
        next.first || layer.output || layer.gated || next.token_input) {
      continue;
    }
    const TraceParameter& weight = e.trace.parameters[layer.weight];
    const TraceParameter& after = e.trace.parameters[next.weight];
    const std::int64_t narrow = std::min(weight.fan_in, after.fan_out);
    if (weight.fan_out < narrow) continue;  // a product of low rank, meant as such
    if (e.trace.nodes[layer.node].kind != "dense" || e.trace.nodes[next.node].kind != "dense") continue;
    Finding finding{.problem = Problem::missing_nonlinearity, .layer = layer.name};
    // A linear answer may be all that is asked for.
    const DataFacts& data = e.trace.data;
    const bool linear_suffices = data.linear_signal > 3 * data.label_signal_error &&
                                 data.linear_signal > data.label_signal - data.label_signal_error;
    finding.severity = linear_suffices ? Severity::note : Severity::warning;
    finding.quantity = "nonlinear functions between " + layer.name + " and " + next.name;
    finding.measured = {0, 0};
    finding.expected = {1, 0};
    finding.source = "a product of matrices is a matrix";
    finding.cause = layer.name + " and " + next.name +
                    " have no activation between them: together they compute what one layer could";
    finding.remedy = "an activation after " + layer.name + ", or one layer in the place of both";
    finding.falsified_by = "the two layers are meant as a factorization";
    findings.push_back(std::move(finding));
    return;
  }
}

}  // namespace fanin::observe
