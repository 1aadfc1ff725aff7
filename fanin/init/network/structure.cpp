#include "fanin/init/network/structure.hpp"

#include <algorithm>
#include <array>
#include <queue>

#include "fanin/net/ops/scale.hpp"

namespace fanin::init {
namespace {

using net::Graph;
using net::NodeId;

/// The nodes from which `to` can be reached, itself included; stops at (and includes) `fence`.
std::vector<bool> ancestors(const Graph& graph, NodeId to, std::optional<NodeId> fence = std::nullopt) {
  std::vector<bool> seen(graph.nodes().size(), false);
  std::vector<NodeId> stack{to};
  while (!stack.empty()) {
    const NodeId node = stack.back();
    stack.pop_back();
    if (seen[node]) continue;
    seen[node] = true;
    if (node == fence) continue;
    for (const NodeId input : graph.node(node).inputs) stack.push_back(input);
  }
  return seen;
}

/// The nodes that can be reached from `from`, itself included, up to `last`.
std::vector<bool> descendants(const Graph& graph, NodeId from, NodeId last) {
  std::vector<bool> seen(graph.nodes().size(), false);
  seen[from] = true;
  for (NodeId node = from + 1; node <= last; ++node) {
    const auto& inputs = graph.node(node).inputs;
    seen[node] = std::any_of(inputs.begin(), inputs.end(), [&](NodeId input) { return seen[input]; });
  }
  return seen;
}

/// The nodes between `fork` (excluded) and `end` (included).
std::vector<NodeId> between(const Graph& graph, const std::vector<bool>& after_fork, NodeId fork, NodeId end) {
  std::vector<NodeId> nodes;
  const std::vector<bool> before_end = ancestors(graph, end, fork);
  for (NodeId node = fork + 1; node <= end; ++node) {
    if (before_end[node] && after_fork[node]) nodes.push_back(node);
  }
  return nodes;
}

bool can_be_shortcut(const Graph& graph, const std::vector<NodeId>& nodes) {
  static constexpr std::array<std::string_view, 12> kAllowed{"dense",      "conv",    "bias",    "shift",
                                                             "scale",      "pooling", "dropout", "batch_norm",
                                                             "group_norm", "concat",  "reshape", "flatten"};
  std::size_t weights = 0;
  for (const NodeId node : nodes) {
    const std::string_view kind = kind_of(graph.node(node));
    if (std::find(kAllowed.begin(), kAllowed.end(), kind) == kAllowed.end()) return false;
    weights += has_weights(graph.node(node)) ? 1 : 0;
  }
  return weights <= 1;
}

std::size_t weights_in(const Graph& graph, const std::vector<NodeId>& nodes) {
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(), [&](NodeId node) { return has_weights(graph.node(node)); }));
}

/// Walks back from both, latest node first, no further than the node they share.
std::optional<NodeId> latest_common(const Graph& graph, NodeId a, NodeId b) {
  std::vector<unsigned char> leads_to(graph.nodes().size(), 0);  // bit 0: to a, bit 1: to b
  leads_to[a] = 1;
  leads_to[b] = static_cast<unsigned char>(leads_to[b] | 2U);
  std::priority_queue<NodeId> waiting({}, {a, b});
  while (!waiting.empty()) {
    const NodeId node = waiting.top();
    waiting.pop();
    if (leads_to[node] == 3) return node;
    for (const NodeId input : graph.node(node).inputs) {
      if (leads_to[input] == 0) waiting.push(input);
      leads_to[input] = static_cast<unsigned char>(leads_to[input] | leads_to[node]);
    }
  }
  return std::nullopt;
}

std::optional<ResidualBranch> branch_at(const Graph& graph, NodeId sum) {
  const auto& inputs = graph.node(sum).inputs;
  if (kind_of(graph.node(sum)) != "add" || inputs.size() != 2 || inputs[0] == inputs[1]) return std::nullopt;
  const std::optional<NodeId> fork = latest_common(graph, inputs[0], inputs[1]);
  if (!fork) return std::nullopt;
  const std::vector<bool> after = descendants(graph, *fork, sum);
  std::vector<NodeId> one = between(graph, after, *fork, inputs[0]);
  std::vector<NodeId> other = between(graph, after, *fork, inputs[1]);
  NodeId end = inputs[1];
  // The body has more weights; between equals (a projection and a single layer) the longer way is the body.
  const auto size = [&](const std::vector<NodeId>& nodes) { return std::pair(weights_in(graph, nodes), nodes.size()); };
  if (size(one) > size(other)) {
    std::swap(one, other);
    end = inputs[0];
  }
  if (weights_in(graph, other) == 0 || !can_be_shortcut(graph, one)) return std::nullopt;
  return ResidualBranch{*fork, sum, std::move(other), std::move(one), last_weights(graph, end)};
}

std::vector<NodeId> sums_of(const std::vector<ResidualBranch>& branches) {
  std::vector<NodeId> sums;
  for (const ResidualBranch& branch : branches) sums.push_back(branch.sum);
  return sums;
}

}  // namespace

std::string_view kind_of(const net::Node& node) { return node.op == nullptr ? "input" : node.op->kind(); }

bool has_weights(const net::Node& node) {
  return std::any_of(node.parameters.begin(), node.parameters.end(), [](const net::ParameterSpec& parameter) {
    return parameter.role == net::ParameterRole::weight || parameter.role == net::ParameterRole::recurrent;
  });
}

std::vector<NodeId> last_weights(const Graph& graph, NodeId node) {
  std::vector<bool> seen(graph.nodes().size(), false);
  std::vector<NodeId> stack{node};
  std::vector<NodeId> found;
  while (!stack.empty()) {
    const NodeId next = stack.back();
    stack.pop_back();
    if (seen[next]) continue;
    seen[next] = true;
    if (has_weights(graph.node(next))) {
      found.push_back(next);
      continue;
    }
    for (const NodeId input : graph.node(next).inputs) stack.push_back(input);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<NodeId> first_weights(const Graph& graph) {
  std::vector<NodeId> found;
  std::vector<bool> weighted(graph.nodes().size(), false);  // whether a weight lies before or at the node
  for (NodeId node = 0; node < graph.nodes().size(); ++node) {
    const auto& inputs = graph.node(node).inputs;
    const bool before = std::any_of(inputs.begin(), inputs.end(), [&](NodeId input) { return weighted[input]; });
    const bool own = has_weights(graph.node(node)) || kind_of(graph.node(node)) == "embedding";
    if (own && !before) found.push_back(node);
    weighted[node] = before || own;
  }
  return found;
}

std::optional<NodeId> scale_before_weights(const Graph& graph, NodeId from, bool fixed) {
  std::vector<NodeId> stack{from};
  while (!stack.empty()) {
    const net::Node& node = graph.node(stack.back());
    const NodeId id = stack.back();
    stack.pop_back();
    if (const auto* scale = dynamic_cast<const net::Scale*>(node.op.get())) {
      if ((scale->type() == net::ScaleKind::fixed) == fixed) return id;
    }
    // A way back that splits is no longer one branch: a scale beyond it would not multiply all of it.
    if (has_weights(node) || node.inputs.size() != 1) continue;
    stack.push_back(node.inputs[0]);
  }
  return std::nullopt;
}

std::vector<ResidualBranch> residual_branches(const Graph& graph) {
  std::vector<ResidualBranch> branches;
  for (NodeId node = 0; node < graph.nodes().size(); ++node) {
    if (std::optional<ResidualBranch> branch = branch_at(graph, node)) branches.push_back(std::move(*branch));
  }
  const auto holds_another = [sums = sums_of(branches)](const ResidualBranch& branch) {
    return std::any_of(sums.begin(), sums.end(),
                       [&](NodeId sum) { return std::binary_search(branch.body.begin(), branch.body.end(), sum); });
  };
  branches.erase(std::remove_if(branches.begin(), branches.end(), holds_another), branches.end());
  return branches;
}

}  // namespace fanin::init
