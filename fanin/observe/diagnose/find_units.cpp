// Units that do not do their part: copies of one another, off for every input, or stuck where the slope is flat.
#include <algorithm>
#include <cmath>
#include <string>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {
namespace {

// Fractions of a layer's units, or of its values, from which a layer counts as lost.
constexpr double kMostEqual = 0.5;
constexpr double kMostDead = 0.65;
constexpr double kMostDeadOfAlike = 0.85;  // half of them are off where all rows look alike
constexpr double kLater = 0.3;             // more than at the start
constexpr double kMostSaturated = 0.5;
constexpr double kAlike = 1e-4;  // 1 − mean cosine of two rows

std::string percent(double fraction) { return short_number(100 * fraction) + " %"; }

}  // namespace

void find_symmetry(const Evidence& e, std::vector<Finding>& findings) {
  if (e.first == nullptr) return;
  for (std::size_t l = 0; l < e.view.layers.size(); ++l) {
    const WeightedLayer& layer = e.view.layers[l];
    const TraceParameter& parameter = e.trace.parameters[layer.weight];
    if (parameter.units < 2) continue;
    const ParameterRecord& start = e.first->parameters[layer.weight];
    const ParameterRecord& end = e.last->parameters[layer.weight];
    const bool equal_at_start = start.equal_rows >= kMostEqual;
    if (!equal_at_start) continue;
    // The proof: steps were taken and the units are equal still, though something moved. A start of zeros that is
    // meant (a last layer, a residual branch, the second half of a low-rank pair) comes apart by itself.
    const bool stepped = e.last != e.first;
    const bool still_equal = stepped && end.equal_rows >= kMostEqual;
    const bool no_difference = start.equal_gradients >= kMostEqual;
    const bool waits = start.gradient.norm() == 0;  // for weights further on that start at zero
    if (stepped ? !still_equal : !(no_difference || (waits && start.value.norm() == 0 && !layer.output))) continue;
    if (stepped && layer.output && end.equal_rows < 1 && !no_difference) continue;
    Finding finding{.problem = Problem::symmetric_units, .layer = layer.name, .severity = Severity::error};
    finding.quantity = stepped ? "units whose weights equal another's after " + std::to_string(e.last->step) + " steps"
                               : "units whose weights and gradients equal another's";
    finding.measured = {stepped ? end.equal_rows : start.equal_rows, 0};
    finding.expected = {0, 0};
    finding.source = "Goodfellow et al. 2016, section 8.4: equal units with equal gradients stay equal";
    finding.cause = percent(finding.measured.value) + " of the " + std::to_string(parameter.units) + " units of " +
                    layer.name + (start.value.norm() == 0 ? " start at zero" : " start with equal weights") +
                    " and receive equal gradients, so that they stay copies of one unit";
    finding.remedy = "draw the weights at random: --init he_normal, or --init-for \"" + layer.name + "=he_normal\"";
    finding.falsified_by = "the units' weights differ after some steps of training";
    findings.push_back(std::move(finding));
  }
}

void find_dead_units(const Evidence& e, std::vector<Finding>& findings) {
  if (e.first == nullptr) return;
  for (const WeightedLayer& layer : e.view.layers) {
    if (!can_die(layer.activation)) continue;
    const double at_start = e.first->nodes[layer.after].dead_units;
    const double at_end = e.last->nodes[layer.after].dead_units;
    const double dead = std::max(at_start, at_end);
    const double most = e.first->nodes[layer.before].correlation > 0.95 ? kMostDeadOfAlike : kMostDead;
    if (!(dead >= most)) continue;
    Finding finding{.problem = Problem::dead_relu, .layer = layer.name};
    finding.severity = dead > 0.95 || !e.loss.learns() ? Severity::error : Severity::warning;
    finding.quantity = "units that are zero on every row of the batch";
    finding.measured = {dead, 0};
    finding.expected = {0, 0.5};
    finding.source =
        "Lu et al. 2019, arXiv:1903.06733: a symmetric start without biases turns no unit off for all inputs";
    const bool later = at_end > at_start + kLater;
    finding.at_start = !later;
    finding.cause =
        percent(dead) + " of the units of " + layer.name + " give zero for every input" +
        (later ? " after " + std::to_string(e.last->step) + " steps: a step was large enough to push them there"
               : ": no gradient passes them, and nothing brings them back");
    finding.remedy = later ? "a smaller learning rate, or --activation leaky_relu"
                           : "biases at zero and weights of mean zero (--init he_normal), or --activation leaky_relu";
    finding.falsified_by = "the units answer to other rows of the data";
    findings.push_back(std::move(finding));
  }
}

void find_saturation(const Evidence& e, std::vector<Finding>& findings) {
  if (e.first == nullptr) return;
  for (std::size_t l = 0; l < e.view.layers.size(); ++l) {
    const WeightedLayer& layer = e.view.layers[l];
    if (!saturates(layer.activation)) continue;
    const double at_start = e.first->nodes[layer.after].saturated;
    const double at_end = e.last->nodes[layer.after].saturated;
    const double saturated = std::max(at_start, at_end);
    if (!(saturated >= kMostSaturated)) continue;
    const bool later = !(at_start >= kMostSaturated);
    Finding finding{.problem = Problem::saturated_activation, .layer = layer.name};
    finding.at_start = !later;
    finding.severity = !e.loss.learns() ? Severity::error : Severity::warning;
    finding.quantity = "values where the slope is below 1/40 of its largest";
    finding.measured = {saturated, 0};
    finding.expected = {0.02, 0.02};
    finding.source = "Glorot & Bengio 2010, section 3; pre-activations of variance 1";
    finding.cause = percent(saturated) + " of the values of " + layer.activation + " in " + layer.name +
                    " lie where it is flat, since what it is given has the size " +
                    short_number(std::exp(e.before[l] / 2)) + (later ? " by then" : "") +
                    ", so that hardly any gradient passes";
    finding.remedy = later ? "a smaller learning rate or weight decay"
                           : "weights of variance 1/fan_in (--init glorot_normal), inputs of size 1 (--standardize)";
    finding.falsified_by = "the pre-activations of " + layer.name + " are of size 1 and it is flat all the same";
    findings.push_back(std::move(finding));
  }
}

void find_collapse(const Evidence& e, std::vector<Finding>& findings) {
  if (e.first == nullptr) return;
  double input = kUnknown;
  for (std::size_t i = 0; i < e.trace.nodes.size(); ++i) {
    if (e.trace.nodes[i].kind == "input") input = e.first->nodes[i].correlation;
  }
  for (const WeightedLayer& layer : e.view.layers) {
    if (layer.output || e.trace.parameters[layer.weight].units < 2) continue;
    const NodeRecord& record = e.first->nodes[layer.before];
    if (!(1 - record.correlation < kAlike) || 1 - input < kAlike) continue;
    if (e.first->nodes[layer.after].dead_units > 0.99) continue;
    Finding finding{.problem = Problem::correlation_collapse, .layer = layer.name};
    finding.severity = !e.loss.learns() ? Severity::error : e.loss.gain < 0.2 ? Severity::warning : Severity::note;
    finding.quantity = "mean cosine of two rows' activations";
    finding.measured = {record.correlation, 0};
    finding.expected = {std::isfinite(input) ? input : 0.5, 0};
    finding.source = "Poole et al. 2016, arXiv:1606.05340: the correlation map; the inputs' own cosine";
    finding.cause = "all inputs look alike from " + layer.name + " on: the network gives one answer to all of them";
    finding.remedy =
        "weights on the edge of chaos (`fanin theory edge --activation …`), smaller biases, shortcuts or normalization";
    finding.falsified_by =
        "the activations of different rows differ by more than " + short_number(kAlike) + " of their size";
    findings.push_back(std::move(finding));
    return;  // every layer behind it collapses too
  }
}

}  // namespace fanin::observe
