// A network as a directed acyclic graph of ops. Built front to back, so it is always in
// topological order and shapes are known and checked as nodes are added.
//
//     net::Graph graph;
//     net::NodeId x = graph.add_input("pixels", {784});
//     x = graph.add("layer1", net::dense(256), {x});
//     x = graph.add("layer1", net::bias(), {x});
//     x = graph.add("layer1", net::activation("relu"), {x});
//     graph.set_output(x);
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fanin/net/op.hpp"

namespace fanin::net {

/// The position of a node in Graph::nodes().
using NodeId = std::size_t;

struct Node {
  std::string name;   ///< unique: "layer1.dense"
  std::string scope;  ///< the layer it belongs to: "layer1"; parameters are named scope + "." + local name
  OpPtr op;           ///< null for an input node
  std::vector<NodeId> inputs;
  Shape shape;  ///< of the output, per sample
  std::vector<ParameterSpec> parameters;
  std::vector<StatisticSpec> statistics;
  Cost cost;
};

class Graph final {
 public:
  /// @throws Error bad_value for a repeated or malformed name, bad_shape for an empty shape.
  NodeId add_input(std::string_view name, const Shape& shape);
  /// Adds `op` to layer `scope`; the node is called scope + "." + op kind.
  /// @throws Error naming the node: bad_shape when the shapes do not fit, bad_value for a repeated
  ///         or malformed name (letters, digits, '_', '-', '.', '/') or an input that does not exist.
  NodeId add(std::string_view scope, OpPtr op, const std::vector<NodeId>& inputs);
  void set_output(NodeId node);

  [[nodiscard]] const std::vector<Node>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] const Node& node(NodeId id) const { return nodes_.at(id); }
  [[nodiscard]] std::vector<NodeId> inputs() const;
  /// @throws Error bad_value when set_output was never called.
  [[nodiscard]] NodeId output() const;
  /// All parameters, in the order of the nodes.
  [[nodiscard]] std::vector<ParameterSpec> parameters() const;
  [[nodiscard]] std::int64_t parameter_count() const;
  /// All statistics, in the order of the nodes; parameter_count() leaves them out.
  [[nodiscard]] std::vector<StatisticSpec> statistics() const;
  [[nodiscard]] Cost cost() const;
  /// How many nodes read each node's output.
  [[nodiscard]] std::vector<std::size_t> consumer_counts() const;

 private:
  void check_new_name(std::string_view name) const;

  std::vector<Node> nodes_;
  std::vector<NodeId> outputs_;
  std::unordered_set<std::string> node_names_;
  std::unordered_set<std::string> parameter_names_;
};

}  // namespace fanin::net
