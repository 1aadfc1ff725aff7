#include "fanin/net/limited_graph.hpp"

#include <string>

#include "fanin/core/error.hpp"

namespace fanin::net {

NodeId LimitedGraph::add_input(std::string_view name, const Shape& shape) {
  if (shape.count() > kMaxElements) {
    throw Error(ErrorCode::bad_shape, "input", to_string(shape) + " has more than 2^40 elements");
  }
  return graph_.add_input(name, shape);
}

NodeId LimitedGraph::add(std::string_view scope, OpPtr op, const std::vector<NodeId>& inputs) {
  if (graph_.nodes().size() >= max_nodes_) {
    throw Error(ErrorCode::bad_shape, "network",
                "it would have more than " + std::to_string(max_nodes_) + " nodes; repeat fewer layers");
  }
  const NodeId id = graph_.add(scope, std::move(op), inputs);
  const Node& node = graph_.node(id);
  if (node.shape.count() > kMaxElements) {
    throw Error(ErrorCode::bad_shape, "node '" + node.name + "'",
                "its output " + to_string(node.shape) + " has more than 2^40 elements");
  }
  for (const ParameterSpec& parameter : node.parameters) {
    const std::int64_t count = parameter.shape().count();
    if (count > kMaxElements - parameters_) {
      throw Error(ErrorCode::bad_shape, "node '" + node.name + "'",
                  "with '" + parameter.name + "' the network would have more than 2^40 parameters");
    }
    parameters_ += count;
  }
  return id;
}

Graph LimitedGraph::finish(NodeId output) {
  graph_.set_output(output);
  return std::move(graph_);
}

}  // namespace fanin::net
