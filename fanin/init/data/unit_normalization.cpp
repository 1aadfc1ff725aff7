#include "fanin/init/data/unit_normalization.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::init {
namespace {

bool varies(const Spread& unit) { return unit.std_dev > 1e-6 * std::fabs(unit.mean) && unit.std_dev > 1e-30; }

double root_mean_square(std::span<const Spread> units) {
  double sum = 0;
  for (const Spread& unit : units) sum += unit.std_dev * unit.std_dev;
  return std::sqrt(sum / static_cast<double>(units.size()));
}

void check(const LinearLayer& layer, std::span<const Spread> units, std::string_view scheme) {
  const bool finite = std::ranges::all_of(units, [](const Spread& unit) { return std::isfinite(unit.std_dev); });
  if (finite && std::ranges::any_of(units, varies)) return;
  throw Error(ErrorCode::bad_value, std::string(scheme),
              finite ? "no unit of " + layer.name +
                           " varies over the batch (its input is constant or dead), so the data cannot set its scale; "
                           "look at the data and at the layers before it with fanin check"
                     : "the output of " + layer.name +
                           " is not finite, so the data cannot set its scale; look at the data with fanin check");
}

void apply(net::Evaluator& evaluator, const LinearLayer& layer, std::span<const Spread> units) {
  std::vector<float> weight = evaluator.parameter(layer.weight);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const Spread& unit = units[layer.unit_of_weight(i, weight.size())];
    if (varies(unit)) weight[i] = static_cast<float>(static_cast<double>(weight[i]) / unit.std_dev);
  }
  evaluator.set_parameter(layer.weight, weight);
  if (layer.bias.empty()) return;
  std::vector<float> bias(layer.units, 0.0F);
  for (std::size_t u = 0; u < layer.units; ++u) {
    if (varies(units[u])) bias[u] = static_cast<float>(-units[u].mean / units[u].std_dev);
  }
  evaluator.set_parameter(layer.bias, bias);
}

std::vector<Spread> measure_units(net::Evaluator& evaluator, const LinearLayer& layer) {
  // The op's own bias would count as the mean; a bias node comes after the output that is measured.
  if (!layer.bias.empty()) evaluator.set_parameter(layer.bias, std::vector<float>(layer.units, 0.0F));
  const net::Node& node = evaluator.graph().node(layer.node);
  const std::vector<float> values = evaluator.activation(node.name);
  return spread_of_units(layer, values, static_cast<std::size_t>(node.shape.count()));
}

}  // namespace

void normalize_units(net::Evaluator& evaluator, std::span<const LinearLayer> layers, std::string_view scheme,
                     FitReport& report) {
  for (const LinearLayer& layer : layers) {
    const std::vector<float> start = evaluator.parameter(layer.weight);
    if (norm_of(start) == 0) {
      report.notes.push_back(layer.name + " starts at zero and stays there");
      continue;
    }
    const std::vector<Spread> units = measure_units(evaluator, layer);
    ++report.passes;
    check(layer, units, scheme);
    apply(evaluator, layer, units);
    const auto still = std::ranges::count_if(units, [](const Spread& unit) { return !varies(unit); });
    if (still > 0) report.notes.push_back(std::to_string(still) + " units of " + layer.name + " do not vary");
    if (layer.bias.empty()) report.notes.push_back(layer.name + " has no bias: only its scale is set");
    report.changes.push_back({.parameter = layer.weight,
                              .layer = layer.name,
                              .factor = norm_of(evaluator.parameter(layer.weight)) / norm_of(start),
                              .before = root_mean_square(units),
                              .after = 1});
  }
  if (!report.changes.empty()) return;
  throw Error(ErrorCode::bad_value, std::string(scheme),
              "no layer is left whose scale the data could set: every dense layer and convolution starts at zero or "
              "has a rule of its own; start from a random initializer");
}

}  // namespace fanin::init
