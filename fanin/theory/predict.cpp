#include "fanin/theory/predict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::theory {
namespace {

Signal input_signal(const PredictOptions& options) {
  const double square = options.input_mean * options.input_mean;
  if (!std::isfinite(square) || !std::isfinite(options.input_second_moment) || options.input_second_moment < square) {
    throw Error(ErrorCode::bad_value, "input_second_moment", "it must be finite and at least the mean squared");
  }
  if (!(options.output_gradient_second_moment >= 0) || !std::isfinite(options.output_gradient_second_moment)) {
    throw Error(ErrorCode::bad_value, "output_gradient_second_moment", "it must be finite and >= 0");
  }
  Signal x{.mean = options.input_mean, .second_moment = options.input_second_moment};
  x.cross_moment = std::numeric_limits<double>::quiet_NaN();
  if (options.input_correlation) {
    const double c = *options.input_correlation;
    if (!(c >= -1 && c <= 1)) throw Error(ErrorCode::bad_value, "input_correlation", "it must lie in [-1, 1]");
    x.cross_moment = square + c * (options.input_second_moment - square);
  }
  return x;
}

std::vector<ParameterMoments> look_up(const net::Node& node, const ParameterLookup& lookup) {
  std::vector<ParameterMoments> moments;
  for (const net::ParameterSpec& parameter : node.parameters) {
    const ParameterMoments m = moments.emplace_back(lookup(parameter));
    if (!(m.variance >= 0) || !std::isfinite(m.variance) || !std::isfinite(m.mean)) {
      throw Error(ErrorCode::bad_value, parameter.name, "its variance must be finite and >= 0, its mean finite");
    }
  }
  return moments;
}

template <class Item>
const Item& named(const std::vector<Item>& items, std::string_view name, const char* what) {
  const auto found = std::ranges::find(items, name, &Item::name);
  if (found != items.end()) return *found;
  std::vector<std::string> names;
  for (const Item& item : items) names.push_back(item.name);
  throw Error(ErrorCode::unknown_name, what,
              "no " + std::string(what) + " '" + std::string(name) + "'; " + suggestion(name, names));
}

}  // namespace

const NodePrediction& Prediction::node(std::string_view name) const { return named(nodes, name, "node"); }
const ParameterPrediction& Prediction::parameter(std::string_view name) const {
  return named(parameters, name, "parameter");
}

Prediction predict(const net::Graph& graph, const ParameterLookup& parameters, const PredictOptions& options) {
  const Signal data = input_signal(options);
  const std::vector<net::Node>& nodes = graph.nodes();
  const net::NodeId output = graph.output();
  std::vector<std::vector<Signal>> inputs(nodes.size());
  std::vector<std::vector<Shape>> shapes(nodes.size());  // of the inputs
  std::vector<std::vector<ParameterMoments>> moments(nodes.size());
  Prediction out;
  out.nodes.reserve(nodes.size());
  for (net::NodeId id = 0; id < nodes.size(); ++id) {
    const net::Node& node = nodes[id];
    out.nodes.push_back({.name = node.name, .signal = data});
    if (!node.op) continue;
    const OpRule& rule = op_rule(node);
    for (const net::NodeId from : node.inputs) {
      inputs[id].push_back(out.nodes[from].signal);
      shapes[id].push_back(nodes[from].shape);
    }
    moments[id] = look_up(node, parameters);
    out.nodes[id].signal = rule.forward({node, inputs[id], moments[id], shapes[id]});
  }

  out.nodes[output].gradient_second_moment = options.output_gradient_second_moment;
  std::vector<std::vector<double>> gradients(nodes.size());  // of the parameters
  for (net::NodeId id = nodes.size(); id-- > 0;) {
    const net::Node& node = nodes[id];
    if (!node.op) continue;
    const OpRule& rule = op_rule(node);
    const RuleInput in{node, inputs[id], moments[id], shapes[id]};
    const double gradient = out.nodes[id].gradient_second_moment;
    gradients[id].resize(node.parameters.size());
    if (gradient == 0) continue;  // it feeds nothing
    if (rule.parameter_gradients != nullptr) rule.parameter_gradients(in, gradient, gradients[id]);
    // Consumers' gradients add up as uncorrelated.
    std::vector<double> to_inputs(node.inputs.size());
    rule.backward(in, gradient, to_inputs);
    for (std::size_t i = 0; i < to_inputs.size(); ++i) {
      out.nodes[node.inputs[i]].gradient_second_moment += to_inputs[i];
    }
  }
  for (net::NodeId id = 0; id < nodes.size(); ++id) {
    for (std::size_t i = 0; i < gradients[id].size(); ++i) {
      out.parameters.push_back({.name = nodes[id].parameters[i].name, .gradient_second_moment = gradients[id][i]});
    }
  }
  return out;
}

ParameterLookup variances_by_name(std::map<std::string, double, std::less<>> variances) {
  return [table = std::move(variances)](const net::ParameterSpec& parameter) -> ParameterMoments {
    const auto found = table.find(parameter.name);
    if (found != table.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& entry : table) names.push_back(entry.first);
    throw Error(ErrorCode::unknown_name, parameter.name,
                "the table has no variance for this parameter; " + suggestion(parameter.name, names));
  };
}

}  // namespace fanin::theory
