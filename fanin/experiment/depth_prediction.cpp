#include "fanin/experiment/depth_prediction.hpp"

#include <cmath>
#include <limits>
#include <map>

#include "fanin/core/error.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/theory/predict.hpp"

namespace fanin::experiment {
namespace {

constexpr double kKept = 0.1;        // relative
constexpr double kLarge = 10;        // from here on a change is called vanishing or exploding
constexpr double kRounding = 1e-12;  // what a symmetric law may leave of its mean
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// @param begin, end  squared sizes `steps` layers apart.
SizeChange change_of(double begin, double end, std::size_t steps) {
  SizeChange change;
  if (steps == 0) {
    change.ratio = change.factor_per_layer = kNaN;
    change.layers_to_thousandfold = kNaN;
    return change;
  }
  change.ratio = begin == 0 ? (end == 0 ? 0 : HUGE_VAL) : std::sqrt(end / begin);
  change.factor_per_layer = std::pow(change.ratio, 1.0 / static_cast<double>(steps));
  change.layers_to_thousandfold = std::log(1000.0) / std::fabs(std::log(change.factor_per_layer));
  if (change.ratio < 1 - kKept) change.trend = SizeTrend::shrinking;
  if (change.ratio > 1 + kKept) change.trend = SizeTrend::growing;
  if (change.ratio < 1 / kLarge) change.trend = SizeTrend::vanishing;
  if (!(change.ratio <= kLarge)) change.trend = SizeTrend::exploding;
  return change;
}

void check(const DepthSettings& settings) {
  const double bias_variance = settings.bias_variance.value_or(0);
  if (!(bias_variance >= 0) || !std::isfinite(bias_variance)) {
    throw Error(ErrorCode::bad_value, "bias_variance", "it must be finite and >= 0");
  }
  if (!(settings.input_second_moment > 0) || !std::isfinite(settings.input_second_moment)) {
    throw Error(ErrorCode::bad_value, "input_second_moment", "it must be finite and > 0");
  }
}

/// One entry per parameter with fans: dense_network names its nodes after the scope.
std::vector<LayerPrediction> layers_of(const net::Graph& graph, const theory::Prediction& prediction,
                                       const theory::ParameterLookup& lookup) {
  std::vector<LayerPrediction> layers;
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    const net::Node& node = graph.node(id);
    const theory::NodePrediction& predicted = prediction.node(id);
    for (const net::ParameterSpec& parameter : node.parameters) {
      if (!parameter.has_fans()) continue;
      LayerPrediction& layer = layers.emplace_back();
      layer.name = node.scope;
      layer.fan_in = net::fans(parameter).fan_in;
      layer.units = node.shape.count();
      layer.weight_variance = static_cast<double>(layer.fan_in) * lookup(parameter).variance;
      layer.gradient_second_moment = predicted.gradient_second_moment;
      layer.weight_gradient_second_moment = prediction.parameter(parameter.name).gradient_second_moment;
    }
    if (!layers.empty()) layers.back().activation_second_moment = predicted.signal.second_moment;
  }
  return layers;
}

}  // namespace

std::string_view to_string(SizeTrend trend) noexcept {
  switch (trend) {
    case SizeTrend::kept: return "kept";
    case SizeTrend::shrinking: return "shrinking";
    case SizeTrend::growing: return "growing";
    case SizeTrend::vanishing: return "vanishing";
    case SizeTrend::exploding: return "exploding";
  }
  return "unknown";
}

DepthPrediction predict_depth(const DepthSettings& settings) {
  check(settings);
  const net::Activation activation = net::parse_activation(settings.activation);
  const net::Graph graph = net::dense_network(net::parse_widths(settings.net), activation);
  const init::NetworkPlan plan = init::parse_network_scheme(settings.init).plan(graph);
  init::refuse_fit(plan);
  std::map<std::string_view, const init::Initializer*> rules;
  for (const init::ParameterPlan& entry : plan.parameters) rules.emplace(entry.parameter.name, &entry.rule);

  DepthPrediction out;
  out.settings = settings;
  out.settings.activation = net::to_string(activation);
  out.settings.init = plan.scheme;
  const theory::ParameterLookup lookup = [&](const net::ParameterSpec& parameter) {
    if (!parameter.has_fans() && settings.bias_variance) return theory::ParameterMoments(*settings.bias_variance);
    const init::Initializer::Moments moments = rules.at(parameter.name)->moments(parameter);
    out.exact = out.exact && (moments.random || moments.std_dev == 0);
    const bool centred = std::fabs(moments.mean) <= kRounding * moments.std_dev;
    return theory::ParameterMoments(moments.std_dev * moments.std_dev, centred ? 0 : moments.mean);
  };
  const theory::Prediction prediction =
      theory::predict(graph, lookup, {.input_second_moment = settings.input_second_moment});
  out.exact = out.exact && prediction.node(graph.output()).signal.exact;
  out.layers = layers_of(graph, prediction, lookup);

  const std::size_t hidden = out.layers.size() - 1;
  const auto squared_norm = [](const LayerPrediction& layer) {
    return static_cast<double>(layer.units) * layer.gradient_second_moment;
  };
  out.gradients = change_of(squared_norm(out.layers.back()), squared_norm(out.layers.front()), hidden);
  out.activations = hidden == 0 ? change_of(1, 1, 0)
                                : change_of(out.layers.front().activation_second_moment,
                                            out.layers[hidden - 1].activation_second_moment, hidden - 1);
  return out;
}

}  // namespace fanin::experiment
