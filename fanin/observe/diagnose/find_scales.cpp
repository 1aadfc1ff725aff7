// Weights and biases that start at a size which does not keep the signal's, and which formula they seem to follow.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {
namespace {

constexpr double kHarm = 3.4;         // ln 30 of a mean square: what the deviations make of a signal
constexpr double kNoticeable = 0.22;  // ln 1.25: below it a deviation is not counted
constexpr double kSigmas = 4;

// fan·Var W of well-known recipes: LeCun and Glorot 1, He 2, tanh 25/9, SELU 9/16, PyTorch's Linear 1/3.
constexpr std::array<double, 5> kRecipes{1.0, 2.0, 25.0 / 9, 9.0 / 16, 1.0 / 3};

// A tensor that is off by more than chance explains.
struct Suspect {
  const LayerScale* scale = nullptr;
  std::string layer = {};
  std::string input_activation = {};
};

struct Suspects {
  std::vector<Suspect> tensors;
  double harm = 0;  ///< the largest |sum of deviations| from the first layer on; a branch adds only once
};

bool is_off(const LayerScale& scale) {
  return scale.matters && scale.measured > 0 &&
         std::abs(scale.deviation) > std::max(kNoticeable, kSigmas * scale.relative_error);
}

std::string layer_of(const Trace& trace, std::size_t parameter) {
  for (const TraceNode& node : trace.nodes) {
    if (std::find(node.parameters.begin(), node.parameters.end(), parameter) != node.parameters.end())
      return node.layer;
  }
  return {};
}

Suspects suspects_of(const Evidence& e) {
  Suspects found;
  double sum = 0;
  for (std::size_t l = 0; l < e.scales.size(); ++l) {
    const LayerScale& scale = e.scales[l];
    if (!is_off(scale)) continue;
    const WeightedLayer& layer = e.view.layers[l];
    found.tensors.push_back({&scale, layer.name, layer.input_activation});
    if (!layer.branch && !layer.packed) sum += scale.deviation;
    found.harm = std::max({found.harm, std::abs(sum), std::abs(scale.deviation)});
  }
  for (const LayerScale& scale : e.others) {
    if (!is_off(scale)) continue;
    found.tensors.push_back({&scale, layer_of(e.trace, scale.parameter)});
    // A recurrent weight acts at every step of a sequence.
    const bool repeats = e.trace.parameters[scale.parameter].role == net::ParameterRole::recurrent;
    found.harm = std::max(found.harm, (repeats ? 4 : 1) * std::abs(scale.deviation));
  }
  return found;
}

bool near(double measured, double wanted, double relative_error) {
  return std::abs(std::log(measured / wanted)) < std::max(0.1, kSigmas * relative_error);
}

// The range that was missed is met with fan_out in fan_in's place.
bool follows_fan_out(const Evidence& e, const LayerScale& scale) {
  const TraceParameter& parameter = e.trace.parameters[scale.parameter];
  if (parameter.fan_in <= 0 || parameter.fan_out <= 0) return false;
  const double ratio = static_cast<double>(parameter.fan_out) / static_cast<double>(parameter.fan_in);
  if (std::abs(std::log(ratio)) < 0.4) return false;
  const double with_fan_out = scale.measured * ratio;
  return with_fan_out > 0.9 * std::max(scale.smallest, 1.0) && with_fan_out < 1.1 * std::max(scale.largest, 2.0) &&
         std::any_of(kRecipes.begin(), kRecipes.end(),
                     [&](double recipe) { return near(with_fan_out, recipe, scale.relative_error); });
}

bool follows_other_gain(const Evidence& e, const LayerScale& scale) {
  const TraceParameter& parameter = e.trace.parameters[scale.parameter];
  if (parameter.fan_in <= 0) return false;
  const auto fan_in = static_cast<double>(parameter.fan_in);
  const double averaged = scale.measured * (fan_in + static_cast<double>(parameter.fan_out)) / (2 * fan_in);
  return std::any_of(kRecipes.begin(), kRecipes.end(), [&](double recipe) {
    return near(scale.measured, recipe, scale.relative_error) || near(averaged, recipe, scale.relative_error);
  });
}

Problem name_of(const Evidence& e, const Suspects& suspects) {
  std::size_t fan_out = 0, gain = 0;
  for (const Suspect& suspect : suspects.tensors) {
    if (follows_fan_out(e, *suspect.scale)) {
      ++fan_out;
    } else if (follows_other_gain(e, *suspect.scale)) {
      ++gain;
    }
  }
  if (2 * fan_out > suspects.tensors.size()) return Problem::wrong_fan_mode;
  if (2 * gain > suspects.tensors.size()) return Problem::gain_mismatch;
  return Problem::poor_init_scale;
}

std::string cause_of(Problem problem, const Suspect& worst, const Suspects& suspects) {
  const LayerScale& scale = *worst.scale;
  const bool several = suspects.tensors.size() > 1;
  std::string cause = "the weights of " + worst.layer;
  if (several) cause.append(" and ").append(std::to_string(suspects.tensors.size() - 1)).append(" more");
  cause.append(" have fan_in·E W² = ").append(short_number(scale.measured)).append(" where ");
  cause += worst.input_activation.empty() ? "inputs and linear layers ask" : worst.input_activation + " asks";
  cause.append(" for ").append(short_number(scale.deviation < 0 ? scale.smallest : scale.largest));
  if (problem == Problem::wrong_fan_mode) cause += ", as if fan_out had been meant for fan_in";
  if (problem == Problem::gain_mismatch) cause += ", the gain of another activation";
  if (several) {
    cause.append("; together they change the mean square of a signal by a factor of ");
    cause += short_number(std::exp(scale.deviation < 0 ? -suspects.harm : suspects.harm));
  }
  return cause;
}

std::string remedy_for(const std::string& activation) {
  if (can_die(activation)) return "--init he_normal";
  if (activation.empty()) return "--init lecun_normal";
  return "--init glorot_normal, or \"he_normal(gain=" + activation + ")\"";
}

}  // namespace

void find_bad_scales(const Evidence& e, std::vector<Finding>& findings) {
  const Suspects suspects = suspects_of(e);
  if (suspects.tensors.empty() || suspects.harm < kHarm) return;
  const Suspect& worst =
      *std::max_element(suspects.tensors.begin(), suspects.tensors.end(), [](const Suspect& a, const Suspect& b) {
        return std::abs(a.scale->deviation) < std::abs(b.scale->deviation) - 1e-9;
      });
  const LayerScale& scale = *worst.scale;
  Finding finding{.problem = name_of(e, suspects), .layer = worst.layer};
  const bool harmless = e.loss.learns() && e.loss.gain > 0.3;
  finding.severity = harmless ? Severity::note : e.loss.learns() ? Severity::warning : Severity::error;
  finding.quantity = "fan_in·E W²";
  finding.measured = {scale.measured, scale.measured * scale.relative_error};
  finding.expected = {scale.deviation < 0 ? scale.smallest : scale.largest, 0};
  finding.source =
      "He et al. 2015, arXiv:1502.01852, eq. 10 and 14, for any activation (theory::forward_gain, backward_gain)";
  finding.cause = cause_of(finding.problem, worst, suspects);
  finding.remedy = remedy_for(worst.input_activation);
  finding.falsified_by =
      "rescaling these weights to the expected value changes neither the first loss nor how it falls";
  findings.push_back(std::move(finding));
}

void find_bad_biases(const Evidence& e, std::vector<Finding>& findings) {
  if (e.first == nullptr) return;
  for (std::size_t l = 0; l < e.view.layers.size(); ++l) {
    const WeightedLayer& layer = e.view.layers[l];
    if (layer.bias == kNone || layer.packed || layer.normalized) continue;
    const double bias = e.first->parameters[layer.bias].value.mean_square();
    if (!(bias > 0)) continue;
    const double before = std::exp(e.before[l]);
    const double weights = std::max(before - bias, 0.0);
    const NodeRecord& record = e.first->nodes[layer.before];
    // What is the same for all inputs outweighs what tells them apart.
    const double told_apart = std::isfinite(record.row_variance) ? record.row_variance : weights;
    const bool drowns = bias > 4 * told_apart && bias > 0.25;
    const bool wrong_answer = layer.output && bias > 1 && e.loss.start > 1.5 * e.loss.chance;
    if (!drowns && !wrong_answer) continue;
    Finding finding{.problem = Problem::bias_init, .layer = layer.name};
    finding.severity = e.loss.learns() && e.loss.gain > 0.3 ? Severity::note
                       : e.loss.learns()                    ? Severity::warning
                                                            : Severity::error;
    finding.quantity = "E b², beside the variance over inputs of what it is added to";
    finding.measured = {bias, 0};
    finding.expected = {0, std::max(told_apart, 0.0)};
    finding.source = "Glorot & Bengio 2010; He et al. 2015: biases start at 0";
    finding.cause = "the biases of " + layer.name + " (root mean square " + short_number(std::sqrt(bias)) +
                    ") outweigh what its inputs make of it (" + short_number(std::sqrt(told_apart)) +
                    "), so that the layer says nearly the same of every input";
    finding.remedy = "--init-for \"" + layer.name + ".bias=zeros\"";
    finding.falsified_by = "with these biases at zero the first steps go no better";
    findings.push_back(std::move(finding));
  }
}

}  // namespace fanin::observe
