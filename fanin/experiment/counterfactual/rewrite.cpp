#include "fanin/experiment/counterfactual/rewrite.hpp"

#include <functional>
#include <vector>

#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/batch_norm.hpp"
#include "fanin/net/ops/layer_norm.hpp"

namespace fanin::experiment {
namespace {

constexpr std::size_t kImageRank = 3;

bool is_activation(const net::Node& node) { return node.op && node.op->kind() == "activation"; }

bool is_nonlinear(const net::Node& node) { return is_activation(node) && node.op->attributes() != "linear"; }

/// Copies the graph; `add` puts a node into the copy, given the copies of its inputs.
net::Graph rebuilt(
    const net::Graph& graph,
    const std::function<net::NodeId(net::Graph&, const net::Node&, const std::vector<net::NodeId>&)>& add) {
  net::Graph copy;
  std::vector<net::NodeId> place;
  for (const net::Node& node : graph.nodes()) {
    if (!node.op) {
      place.push_back(copy.add_input(node.name, node.shape));
      continue;
    }
    std::vector<net::NodeId> inputs;
    for (const net::NodeId input : node.inputs) inputs.push_back(place[input]);
    place.push_back(add(copy, node, inputs));
  }
  copy.set_output(place[graph.output()]);
  return copy;
}

}  // namespace

std::string first_activation(const net::Graph& graph) {
  for (const net::Node& node : graph.nodes()) {
    if (is_nonlinear(node)) return node.op->attributes();
  }
  return {};
}

std::optional<net::Graph> with_activation(const net::Graph& graph, const std::string& function) {
  const bool linear = first_activation(graph).empty();
  bool changed = false;
  net::Graph copy = rebuilt(graph, [&](net::Graph& to, const net::Node& node, const std::vector<net::NodeId>& inputs) {
    const bool meant = linear ? is_activation(node) : is_nonlinear(node);
    if (!meant || node.op->attributes() == function) return to.add(node.scope, node.op, inputs);
    changed = true;
    return to.add(node.scope, net::activation(function), inputs);
  });
  if (!changed) return std::nullopt;
  return copy;
}

std::optional<net::Graph> with_normalization(const net::Graph& graph) {
  bool changed = false;
  net::Graph copy = rebuilt(graph, [&](net::Graph& to, const net::Node& node, const std::vector<net::NodeId>& inputs) {
    if (!is_nonlinear(node)) return to.add(node.scope, node.op, inputs);
    const net::Node& before = graph.node(node.inputs.front());
    if (before.op && before.op->kind().ends_with("_norm")) return to.add(node.scope, node.op, inputs);
    changed = true;
    const net::OpPtr norm = before.shape.rank() == kImageRank ? net::batch_norm() : net::layer_norm();
    return to.add(node.scope, node.op, {to.add(node.name + ".norm", norm, inputs)});
  });
  if (!changed) return std::nullopt;
  return copy;
}

}  // namespace fanin::experiment
