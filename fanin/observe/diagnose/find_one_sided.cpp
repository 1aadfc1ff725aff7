// Weights that are mostly of one sign: their mean is a direction that outweighs all others.
#include <cmath>
#include <string>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {
namespace {

constexpr double kOutweighs = 3;

}  // namespace

void find_one_sided_weights(const Evidence& e, std::vector<Finding>& findings) {
  if (e.first == nullptr || (e.loss.learns() && e.loss.gain > 0.3)) return;
  for (std::size_t l = 0; l < e.view.layers.size(); ++l) {
    const WeightedLayer& layer = e.view.layers[l];
    const TraceParameter& parameter = e.trace.parameters[layer.weight];
    const TensorStatistics& value = e.first->parameters[layer.weight].value;
    if (layer.normalized || layer.gated || parameter.units < 4 || parameter.fan_in < 4 || !(value.variance > 0))
      continue;
    // The mean is a matrix of rank one with the singular value |μ|√(rows·columns); what is left of a random matrix has
    // none above σ(√rows + √columns).
    const auto rows = static_cast<double>(parameter.units);
    const double columns = static_cast<double>(value.count) / rows;
    const double ratio = std::abs(value.mean) * std::sqrt(rows * columns) /
                         (std::sqrt(value.variance) * (std::sqrt(rows) + std::sqrt(columns)));
    if (!(ratio > kOutweighs)) continue;
    Finding finding{.problem = Problem::poor_init_scale, .layer = layer.name};
    finding.severity = e.loss.learns() ? Severity::warning : Severity::error;
    finding.quantity = "singular value of the weights' mean over the largest of the rest";
    finding.measured = {ratio, 0};
    finding.expected = {0, 1 / std::sqrt(rows)};
    finding.source = "Marchenko & Pastur 1967: σ(√rows + √columns); the mean adds |μ|√(rows·columns)";
    finding.cause = "the weights of " + layer.name + " have the mean " + short_number(value.mean) +
                    " and the deviation " + short_number(std::sqrt(value.variance)) +
                    ": every unit answers mostly to the sum of its inputs";
    finding.remedy = "weights of mean zero: --init he_normal, or uniform from -a to a";
    finding.falsified_by = "with the mean taken away the first steps go no better";
    findings.push_back(std::move(finding));
    return;
  }
}

}  // namespace fanin::observe
