// Evaluator: a network, its parameters and a fixed batch as a function of the parameters. The
// engine implements it; data-dependent initializers and probes call it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "fanin/net/graph.hpp"
#include "fanin/net/tap.hpp"

namespace fanin::net {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  Evaluator() = default;
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  [[nodiscard]] virtual const Graph& graph() const noexcept = 0;
  /// A parameter's values in the layout of its ParameterSpec.
  [[nodiscard]] virtual std::vector<float> parameter(std::string_view name) const = 0;
  virtual void set_parameter(std::string_view name, std::span<const float> values) = 0;
  /// Mean loss over the batch.
  virtual double loss() = 0;
  /// ∂loss/∂parameter at the current parameters, in the layout of its ParameterSpec.
  virtual std::vector<float> gradient(std::string_view name) = 0;
  /// The output of a node for the batch, [rows, features].
  virtual std::vector<float> activation(std::string_view node) = 0;

  /// All gradients at once, in the order of graph().parameters(), and the mean loss that they belong to: as training
  /// computes it, with the same dropout masks at every call.
  virtual double gradients(std::vector<std::vector<float>>& all) {
    all.clear();
    for (const ParameterSpec& parameter : graph().parameters()) all.push_back(gradient(parameter.name));
    return loss();
  }
  /// Shows the output of every node, in order, as training computes it. The tap may be shown parameters also.
  virtual void forward(Tap& tap) {
    for (const Node& node : graph().nodes()) {
      const std::vector<float> values = activation(node.name);
      const Shape shape{static_cast<std::int64_t>(values.size()) / node.shape.count(), node.shape.count()};
      tap.see({TapKind::activation, node.name, values, &shape});
    }
  }
};

}  // namespace fanin::net
