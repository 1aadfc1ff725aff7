// From evidence to a verdict: the rules in their order, causes before symptoms.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {
namespace {

// Causes first: find_bad_loss and find_label_problem look at what was found before them.
constexpr std::array<Rule, 14> kRules{find_non_finite,        find_symmetry,
                                      find_unscaled_input,    find_bad_scales,
                                      find_one_sided_weights, find_bad_biases,
                                      find_dead_units,        find_saturation,
                                      find_collapse,          find_bad_signals,
                                      find_label_problem,     find_bad_loss,
                                      find_bad_updates,       find_missing_nonlinearity};

// Where a problem stands between cause (0) and symptom.
int rank_of(Problem problem) noexcept {
  switch (problem) {
    case Problem::symmetric_units:
    case Problem::poor_init_scale:
    case Problem::wrong_fan_mode:
    case Problem::gain_mismatch:
    case Problem::bias_init:
    case Problem::unscaled_input:
    case Problem::label_problem:
    case Problem::missing_nonlinearity:
    case Problem::learning_rate: return 0;
    case Problem::update_too_large:
    case Problem::update_too_small: return 1;
    case Problem::dead_relu:
    case Problem::saturated_activation:
    case Problem::correlation_collapse:
    case Problem::vanishing_gradient:
    case Problem::exploding_gradient:
    case Problem::vanishing_activation:
    case Problem::exploding_activation: return 2;
    case Problem::untrained_layer:
    case Problem::weight_growth: return 3;
    default: return 4;
  }
}

std::string kind_text(const Trace& trace, const WeightedLayer& layer) {
  std::string text = trace.nodes[layer.node].kind;
  text.append(" ").append(std::to_string(trace.parameters[layer.weight].units));
  if (!layer.activation.empty()) text += ", " + layer.activation;
  return text;
}

std::vector<LayerRow> rows_of(const Evidence& e, const std::vector<Finding>& findings) {
  std::vector<LayerRow> rows;
  if (e.first == nullptr) return rows;
  for (std::size_t l = 0; l < e.view.layers.size(); ++l) {
    const WeightedLayer& layer = e.view.layers[l];
    const NodeRecord& after = e.first->nodes[layer.after];
    const NodeRecord& before = e.first->nodes[layer.before];
    LayerRow row{.name = layer.name, .kind = kind_text(e.trace, layer)};
    row.output_node = layer.after;
    row.gradient_node = layer.before;
    row.weight = layer.weight;
    row.activation = std::exp(e.outputs[l] / 2);
    if (before.gradient.count > 0) {
      row.gradient =
          std::sqrt(before.gradient.mean_square()) * static_cast<double>(std::max<std::int64_t>(e.trace.batch_rows, 1));
    }
    row.weight_scale = e.scales[l].measured;
    if (e.scales[l].matters)
      row.expected_scale = std::clamp(e.scales[l].measured, e.scales[l].smallest, e.scales[l].largest);
    row.correlation = after.correlation;
    row.saturated = after.saturated;
    row.dead = after.dead_units;
    row.update_ratio = e.last->parameters[layer.weight].update_ratio();
    for (const Finding& finding : findings) {
      const bool named =
          finding.layer == layer.name ||
          std::find(finding.more_layers.begin(), finding.more_layers.end(), layer.name) != finding.more_layers.end();
      if (named && finding.severity != Severity::note) row.problems.push_back(finding.problem);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// One finding for a problem that several layers share: the first layer's, naming the others.
std::vector<Finding> merged(std::vector<Finding> findings) {
  std::vector<Finding> kept;
  for (Finding& finding : findings) {
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const Finding& other) {
      return other.problem == finding.problem && !other.layer.empty() && !finding.layer.empty() &&
             other.at_start == finding.at_start &&
             (other.severity == Severity::note) == (finding.severity == Severity::note);
    });
    if (same == kept.end()) {
      kept.push_back(std::move(finding));
      continue;
    }
    same->severity = std::max(same->severity, finding.severity);
    same->more_layers.push_back(finding.layer);
  }
  return kept;
}

// Of values that may hold NaN, against their position: least squares.
double slope_of(const std::vector<double>& values) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const auto at = static_cast<double>(i);
    n += 1;
    x += at;
    y += values[i];
    xx += at * at;
    xy += at * values[i];
  }
  const double spread = n * xx - x * x;
  return n < 2 || spread == 0 ? kUnknown : (n * xy - x * y) / spread;
}

void judge(const Evidence& e, Diagnosis& d) {
  const auto problems = std::count_if(d.findings.begin(), d.findings.end(),
                                      [](const Finding& finding) { return finding.severity != Severity::note; });
  if (problems > 0) {
    const Finding& worst = d.findings.front();
    d.verdict = Verdict::unhealthy;
    d.reason = worst.cause;
    return;
  }
  if (e.first == nullptr) {
    d.reason = "no step of the trace has full statistics, so that nothing can be said of the layers";
    return;
  }
  if (e.loss.steps < 10) {
    d.verdict = d.findings.empty() ? Verdict::healthy : Verdict::uncertain;
    d.reason = d.findings.empty() ? "nothing is wrong with the start; no training was watched"
                                  : "the start is unusual, and too few steps were watched to tell whether that hurts";
    return;
  }
  if (!e.loss.learns() && e.loss.gain < 0.01) {
    d.reason = "nothing is wrong with the start, but the loss has hardly moved; watch more steps";
    return;
  }
  d.verdict = Verdict::healthy;
  d.reason = d.findings.empty() ? "signals and gradients keep their sizes, and the loss falls"
                                : "the loss falls, although the start is unusual: see the notes";
}

}  // namespace

Diagnosis diagnose(const Trace& trace) {
  const Evidence e = evidence_of(trace);
  Diagnosis d;
  for (const Rule rule : kRules) rule(e, d.findings);
  d.findings = merged(std::move(d.findings));
  std::stable_sort(d.findings.begin(), d.findings.end(), [](const Finding& a, const Finding& b) {
    const bool noted_a = a.severity == Severity::note;
    const bool noted_b = b.severity == Severity::note;
    if (noted_a != noted_b) return noted_b;
    return rank_of(a.problem) < rank_of(b.problem);
  });
  d.layers = rows_of(e, d.findings);
  d.loss_at_start = e.loss.start;
  d.chance_loss = {e.loss.chance, 0};
  d.activation_slope = slope_of(e.outputs);
  d.gradient_slope = slope_of(e.gradients);
  judge(e, d);
  return d;
}

}  // namespace fanin::observe
