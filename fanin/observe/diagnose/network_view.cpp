#include "fanin/observe/diagnose/network_view.hpp"

#include <algorithm>
#include <string_view>

namespace fanin::observe {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> names) noexcept {
  return std::find(names.begin(), names.end(), text) != names.end();
}

std::string family(const std::string& activation) { return activation.substr(0, activation.find('(')); }

bool is_activation(const TraceNode& node) noexcept { return node.kind == "activation"; }

bool is_linear(const TraceNode& node) {
  return is_activation(node) && is_one_of(family(node.attributes), {"linear", "identity"});
}

bool is_nonlinear(const TraceNode& node) {
  if (is_activation(node)) return !is_linear(node);
  return is_one_of(node.kind, {"glu", "attention", "rnn", "lstm", "gru", "softmax", "log_softmax", "embedding"}) ||
         (node.kind == "pooling" && node.attributes.find("max") != std::string::npos);
}

bool is_packed(const TraceNode& node) noexcept { return is_one_of(node.kind, {"attention", "rnn", "lstm", "gru"}); }

class Walker final {
 public:
  explicit Walker(const Trace& trace) : trace_(trace), inputs_(trace.nodes.size()), consumers_(trace.nodes.size()) {
    const bool known =
        std::any_of(trace.nodes.begin(), trace.nodes.end(), [](const TraceNode& node) { return !node.inputs.empty(); });
    for (std::size_t i = 0; i < trace.nodes.size(); ++i) {
      if (known) {
        inputs_[i] = trace.nodes[i].inputs;
      } else if (i > 0) {
        inputs_[i] = {i - 1};  // a framework that does not tell: modules follow one another
      }
      for (const std::size_t input : inputs_[i]) consumers_[input].push_back(i);
    }
  }

  [[nodiscard]] std::size_t weight_of(std::size_t node) const {
    for (const std::size_t parameter : trace_.nodes[node].parameters) {
      if (trace_.parameters[parameter].fan_in > 0) return parameter;
    }
    return kNone;
  }

  [[nodiscard]] std::size_t bias_of(const WeightedLayer& layer) const {
    for (std::size_t i = layer.node; i < trace_.nodes.size() && trace_.nodes[i].layer == layer.name; ++i) {
      for (const std::size_t parameter : trace_.nodes[i].parameters) {
        if (trace_.parameters[parameter].role == net::ParameterRole::bias) return parameter;
      }
    }
    return kNone;
  }

  // What comes after the weights, along the first consumer, until other weights, a sum or the end.
  void look_ahead(WeightedLayer& layer) const {
    std::size_t at = layer.node;
    layer.before = layer.after = at;
    bool past_activation = false;
    while (true) {
      if (consumers_[at].empty()) {
        layer.output = true;
        return;
      }
      at = consumers_[at].front();
      const TraceNode& node = trace_.nodes[at];
      if (weight_of(at) != kNone) return;
      if (node.kind == "add" || node.kind == "concat") {
        layer.branch = node.kind == "add" && !past_activation;
        layer.output = ends_from(at);
        return;
      }
      if (is_normalization(node)) {
        layer.normalized = layer.normalized || !past_activation;
      } else if (is_activation(node)) {
        if (!past_activation && !is_linear(node)) {
          layer.activation = node.attributes;
          layer.after = at;
          past_activation = true;
        }
      } else if (node.kind == "scale") {
        layer.gated = true;
      }
      if (!past_activation) layer.before = layer.after = at;
    }
  }

  // What the weights multiply.
  void look_back(WeightedLayer& layer) const {
    std::size_t at = layer.node;
    layer.first = true;
    for (std::size_t steps = 0; steps <= trace_.nodes.size(); ++steps) {
      if (inputs_[at].empty()) return;
      at = inputs_[at].front();
      const TraceNode& node = trace_.nodes[at];
      if (node.kind == "embedding") layer.token_input = true;
      if (is_nonlinear(node)) layer.nonlinear_input = true;
      if (is_normalization(node) && layer.input_activation.empty()) layer.input_normalized = true;
      if (is_activation(node) && !is_linear(node) && layer.input_activation.empty())
        layer.input_activation = node.attributes;
      if (weight_of(at) != kNone || node.kind == "embedding") {
        layer.first = false;
        return;
      }
    }
  }

  [[nodiscard]] bool ends_from(std::size_t at) const {
    while (!consumers_[at].empty()) {
      at = consumers_[at].front();
      if (weight_of(at) != kNone) return false;
    }
    return true;
  }

 private:
  const Trace& trace_;
  std::vector<std::vector<std::size_t>> inputs_;
  std::vector<std::vector<std::size_t>> consumers_;
};

}  // namespace

bool is_normalization(const TraceNode& node) noexcept {
  return is_one_of(node.kind, {"batch_norm", "layer_norm", "group_norm", "rms_norm"});
}

bool can_die(const std::string& activation) noexcept { return activation == "relu"; }

bool saturates(const std::string& activation) noexcept {
  return is_one_of(std::string_view(activation).substr(0, activation.find('(')),
                   {"tanh", "sigmoid", "softsign", "erf", "hardtanh", "hardsigmoid"});
}

NetworkView view_of(const Trace& trace) {
  NetworkView view;
  const Walker walker(trace);
  for (std::size_t i = 0; i < trace.nodes.size(); ++i) {
    const TraceNode& node = trace.nodes[i];
    view.residual = view.residual || node.kind == "add";
    const std::size_t weight = walker.weight_of(i);
    if (weight == kNone) continue;
    WeightedLayer layer;
    layer.name = node.layer;
    layer.node = i;
    layer.weight = weight;
    layer.packed = is_packed(node);
    layer.bias = walker.bias_of(layer);
    walker.look_ahead(layer);
    walker.look_back(layer);
    view.layers.push_back(std::move(layer));
  }
  return view;
}

double averaging_between(const Trace& trace, const TraceStep& step, std::size_t from, std::size_t to) {
  double factor = 1;
  for (std::size_t i = from + 1; i <= to && i < trace.nodes.size(); ++i) {
    const TraceNode& node = trace.nodes[i];
    const bool averages = node.kind == "pooling" && node.attributes.find("average") != std::string::npos;
    if (!averages || node.inputs.empty() || i >= step.nodes.size()) continue;
    const auto before = static_cast<double>(step.nodes[node.inputs.front()].output.count);
    const auto after = static_cast<double>(step.nodes[i].output.count);
    if (before > after && after > 0) factor *= after / before;
  }
  return factor;
}

}  // namespace fanin::observe
