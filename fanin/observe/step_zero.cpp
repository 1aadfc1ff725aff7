#include "fanin/observe/step_zero.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "fanin/core/error.hpp"

namespace fanin::observe {
namespace {

constexpr double kFloatRounding = 0x1p-24;  // half the distance from 1 to the next float

std::string scope_of(const std::string& parameter) { return parameter.substr(0, parameter.rfind('.')); }

void check_size(const net::TapTensor& tensor, std::int64_t expected) {
  if (static_cast<std::int64_t>(tensor.values.size()) == expected) return;
  throw Error(ErrorCode::bad_shape, std::string(tensor.name),
              "it was shown with " + std::to_string(tensor.values.size()) + " values, its description has " +
                  std::to_string(expected));
}

double norm(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

bool all_zero(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return value == 0; });
}

}  // namespace

StepZeroTap::StepZeroTap(const net::Graph& graph) {
  for (const net::ParameterSpec& parameter : graph.parameters()) {
    if (!parameter.has_fans()) continue;
    const UnitLayout layout = parameter_layout(parameter);
    LayerStart layer;
    layer.name = scope_of(parameter.name);
    layer.parameter = parameter.name;
    layer.fan_in = net::fans(parameter).fan_in;
    layer.units = layout.units;
    layer_of_weight_[parameter.name] = start_.layers.size();
    start_.layers.push_back(layer);
    layouts_.push_back(layout);
  }
  for (const net::Node& node : graph.nodes()) {
    for (const net::ParameterSpec& parameter : node.parameters) {
      const auto layer = layer_of_weight_.find(parameter.name);
      if (layer == layer_of_weight_.end() || node.inputs.empty()) continue;
      layers_of_input_[graph.node(node.inputs.front()).name].push_back(layer->second);
    }
  }
  std::map<std::string, std::string> last_node;  // of each scope: the nodes come in topological order
  for (const net::Node& node : graph.nodes()) last_node[node.scope] = node.name;
  for (std::size_t i = start_.layers.size(); i-- > 0;) {
    layers_of_output_[last_node[start_.layers[i].name]].push_back(i);
  }
  for (const net::ParameterSpec& parameter : graph.parameters()) {
    if (parameter.role != net::ParameterRole::bias && parameter.role != net::ParameterRole::shift) continue;
    const auto owner = std::find_if(start_.layers.begin(), start_.layers.end(),
                                    [&](const LayerStart& layer) { return layer.name == scope_of(parameter.name); });
    if (owner == start_.layers.end()) continue;
    layer_of_bias_[parameter.name] = static_cast<std::size_t>(owner - start_.layers.begin());
  }
}

void StepZeroTap::see(const net::TapTensor& tensor) {
  if (tensor.kind == net::TapKind::activation) {
    if (const auto read = layers_of_input_.find(tensor.name); read != layers_of_input_.end()) {
      see_input(read->second, tensor);
    }
    const auto written = layers_of_output_.find(tensor.name);
    if (written != layers_of_output_.end()) see_output(written->second, tensor);
    return;
  }
  if (tensor.kind == net::TapKind::activation_gradient) return;
  if (const auto bias = layer_of_bias_.find(tensor.name); bias != layer_of_bias_.end()) {
    if (tensor.kind != net::TapKind::weight_gradient) return;
    LayerStart& layer = start_.layers[bias->second];
    layer.bias_gradient_norm = std::hypot(layer.bias_gradient_norm, norm(tensor.values));
    return;
  }
  const auto found = layer_of_weight_.find(tensor.name);
  if (found == layer_of_weight_.end()) return;
  const UnitLayout& layout = layouts_[found->second];
  check_size(tensor, layout.outer * layout.units * layout.inner);
  if (tensor.kind == net::TapKind::weight_gradient) return see_weight_gradient(found->second, tensor.values);

  bool equal = true;
  for (std::int64_t i = 0; i < layout.outer * layout.units * layout.inner && equal; ++i) {
    const std::int64_t first_unit = i / (layout.units * layout.inner) * layout.units * layout.inner + i % layout.inner;
    equal = tensor.values[static_cast<std::size_t>(i)] == tensor.values[static_cast<std::size_t>(first_unit)];
  }
  start_.layers[found->second].equal_weights = equal;
}

void StepZeroTap::see_weight_gradient(std::size_t index, std::span<const float> values) {
  const UnitLayout& layout = layouts_[index];
  LayerStart& layer = start_.layers[index];
  layer.gradient_norm = norm(values);
  layer.zero_gradient = all_zero(values);
  std::vector<double> squared_distance(static_cast<std::size_t>(layout.units), 0.0);
  for (std::int64_t outer = 0; outer < layout.outer; ++outer) {
    for (std::int64_t inner = 0; inner < layout.inner; ++inner) {
      const auto at = [&](std::int64_t unit) {
        return static_cast<double>(
            values[static_cast<std::size_t>((outer * layout.units + unit) * layout.inner + inner)]);
      };
      double mean = 0;
      for (std::int64_t unit = 0; unit < layout.units; ++unit) mean += at(unit);
      mean /= static_cast<double>(layout.units);
      for (std::int64_t unit = 0; unit < layout.units; ++unit) {
        squared_distance[static_cast<std::size_t>(unit)] += (at(unit) - mean) * (at(unit) - mean);
      }
    }
  }
  layer.unit_spread = std::sqrt(*std::max_element(squared_distance.begin(), squared_distance.end()));
}

void StepZeroTap::see_input(const std::vector<std::size_t>& layers, const net::TapTensor& tensor) {
  if (tensor.values.empty()) return;
  const double size = norm(tensor.values) / std::sqrt(static_cast<double>(tensor.values.size()));
  for (const std::size_t index : layers) start_.layers[index].input_size = size;
}

void StepZeroTap::see_output(const std::vector<std::size_t>& layers, const net::TapTensor& tensor) {
  if (tensor.shape == nullptr || tensor.shape->rank() != 2 || tensor.values.empty()) {
    throw Error(ErrorCode::bad_shape, std::string(tensor.name), "an activation is shown as [rows, features]");
  }
  check_size(tensor, tensor.shape->count());
  start_.rows = std::max(start_.rows, (*tensor.shape)[0]);
  const auto count = static_cast<double>(tensor.values.size());
  double sum = 0;
  for (const float value : tensor.values) sum += static_cast<double>(value);
  const double mean = sum / count;
  double squares = 0;
  for (const float value : tensor.values) {
    squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  }
  const auto zeros = static_cast<double>(std::count(tensor.values.begin(), tensor.values.end(), 0.0F));
  for (const std::size_t index : layers) {
    LayerStart& layer = start_.layers[index];
    layer.activation_mean = mean;
    layer.activation_std_dev = std::sqrt(squares / count);
    layer.zero_fraction = zeros / count;
  }
}

StepZero StepZeroTap::result() const {
  StepZero result = start_;
  const auto unit_norm = [](const LayerStart& layer) {
    return layer.gradient_norm / std::sqrt(static_cast<double>(layer.units));
  };
  double largest = 0;
  for (const LayerStart& layer : result.layers) largest = std::max(largest, unit_norm(layer));
  const double rounding = 2 * kFloatRounding * static_cast<double>(std::max<std::int64_t>(1, result.rows));
  for (LayerStart& layer : result.layers) {
    const double scale = layer.equal_weights.value_or(false) ? largest : unit_norm(layer);
    layer.equal_gradients =
        layer.units >= 2 && !layer.zero_gradient && layer.gradient_norm > 0 && layer.unit_spread <= rounding * scale;
  }
  return result;
}

}  // namespace fanin::observe
