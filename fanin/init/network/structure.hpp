// What whole-network schemes need to know about a graph: its residual branches, the projections that
// end them, and which weights read the data or write the output.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "fanin/net/graph.hpp"

namespace fanin::init {

/// y = shortcut(x) + body(x).
struct ResidualBranch {
  net::NodeId fork = 0;                  ///< x
  net::NodeId sum = 0;                   ///< the add node
  std::vector<net::NodeId> body;         ///< nodes between the two on the branch, in order
  std::vector<net::NodeId> shortcut;     ///< nodes on the other way; empty for the plain identity
  std::vector<net::NodeId> projections;  ///< the last nodes with weights on every way out of the body
};

/// The residual sums of a graph, in order. Of an add node's two inputs, one must be the fork itself, or
/// reach it through at most one linear layer with normalization, pooling and scaling; the other is the body
/// and holds a weight. Sums of parallel branches (attention beside an MLP) are part of a body. A branch
/// whose body holds residual sums of its own is left out: they count, it does not.
std::vector<ResidualBranch> residual_branches(const net::Graph& graph);

/// Whether the node has a parameter of role weight or recurrent.
bool has_weights(const net::Node& node);
/// The nodes with weights nearest to `node`'s output, walking back (`node` included).
std::vector<net::NodeId> last_weights(const net::Graph& graph, net::NodeId node);
/// The nodes with weights or embeddings that see the data without another such node between.
std::vector<net::NodeId> first_weights(const net::Graph& graph);

/// The first node of this kind met when walking back from `from` (included) to the nearest weights.
/// @param fixed  for scale nodes: whether α is an attribute rather than a parameter.
std::optional<net::NodeId> scale_before_weights(const net::Graph& graph, net::NodeId from, bool fixed);

/// "scale", "add", …; "input" for an input node.
std::string_view kind_of(const net::Node& node);

}  // namespace fanin::init
