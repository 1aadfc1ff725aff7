#include "fanin/net/graph.hpp"

#include <algorithm>
#include <utility>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '/';
}

}  // namespace

void Graph::check_new_name(std::string_view name) const {
  if (name.empty() || name.size() > 256 || !std::all_of(name.begin(), name.end(), is_name_character)) {
    throw Error(ErrorCode::bad_value, "node '" + std::string(name.substr(0, 64)) + "'",
                "a node's name has 1 to 256 letters, digits, '_', '-', '.' or '/'");
  }
  if (node_names_.contains(std::string(name))) {
    throw Error(ErrorCode::bad_value, "node '" + std::string(name) + "'",
                "the name is taken; give each layer a scope of its own");
  }
}

NodeId Graph::add_input(std::string_view name, const Shape& shape) {
  check_new_name(name);
  if (shape.count() < 1) {
    throw Error(ErrorCode::bad_shape, "input '" + std::string(name) + "'",
                "shape " + to_string(shape) + " has no elements");
  }
  node_names_.insert(std::string(name));
  nodes_.push_back({std::string(name), std::string(name), nullptr, {}, shape, {}, {}, {}});
  return nodes_.size() - 1;
}

NodeId Graph::add(std::string_view scope, OpPtr op, const std::vector<NodeId>& inputs) {
  FANIN_ASSERT(op != nullptr);
  Node node;
  node.scope = std::string(scope);
  node.name = node.scope + "." + std::string(op->kind());
  check_new_name(node.name);
  std::vector<Shape> shapes;
  for (const NodeId input : inputs) {
    if (input >= nodes_.size()) {
      throw Error(ErrorCode::bad_value, "node '" + node.name + "'",
                  "input node " + std::to_string(input) + " does not exist yet");
    }
    shapes.push_back(nodes_[input].shape);
  }
  try {
    node.shape = op->output_shape(shapes);
    node.parameters = op->parameters(shapes);
    for (ParameterSpec& parameter : node.parameters) {
      (void)parameter.shape();  // its element count must not overflow
      parameter.name = node.scope + "." + parameter.name;
    }
    node.statistics = op->statistics(shapes);
    for (StatisticSpec& statistic : node.statistics) statistic.name = node.scope + "." + statistic.name;
    node.cost = op->cost(shapes);
  } catch (const Error& error) {
    throw Error(error.code(), "node '" + node.name + "'", error.message());
  }
  node.op = std::move(op);
  node.inputs = inputs;
  std::vector<std::string> names;
  for (const ParameterSpec& parameter : node.parameters) names.push_back(parameter.name);
  for (const StatisticSpec& statistic : node.statistics) names.push_back(statistic.name);
  for (const std::string& name : names) {
    if (parameter_names_.contains(name)) {
      throw Error(ErrorCode::bad_value, "node '" + node.name + "'",
                  "parameter '" + name + "' exists already in another node of layer '" + node.scope + "'");
    }
  }
  parameter_names_.insert(names.begin(), names.end());
  node_names_.insert(node.name);
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

void Graph::set_output(NodeId node) {
  if (node >= nodes_.size()) {
    throw Error(ErrorCode::bad_value, "graph", "output node " + std::to_string(node) + " does not exist");
  }
  outputs_.assign(1, node);
}

std::vector<NodeId> Graph::inputs() const {
  std::vector<NodeId> ids;
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    if (nodes_[id].op == nullptr) ids.push_back(id);
  }
  return ids;
}

NodeId Graph::output() const {
  if (outputs_.empty()) throw Error(ErrorCode::bad_value, "graph", "it has no output; call set_output");
  return outputs_.front();
}

std::vector<ParameterSpec> Graph::parameters() const {
  std::vector<ParameterSpec> all;
  for (const Node& node : nodes_) all.insert(all.end(), node.parameters.begin(), node.parameters.end());
  return all;
}

std::int64_t Graph::parameter_count() const {
  std::int64_t count = 0;
  for (const Node& node : nodes_) {
    for (const ParameterSpec& parameter : node.parameters) count += parameter.shape().count();
  }
  return count;
}

std::vector<StatisticSpec> Graph::statistics() const {
  std::vector<StatisticSpec> all;
  for (const Node& node : nodes_) all.insert(all.end(), node.statistics.begin(), node.statistics.end());
  return all;
}

Cost Graph::cost() const {
  Cost total;
  for (const Node& node : nodes_) {
    total.forward_flops += node.cost.forward_flops;
    total.backward_flops += node.cost.backward_flops;
    total.gemm_flops += node.cost.gemm_flops;
  }
  return total;
}

std::vector<std::size_t> Graph::consumer_counts() const {
  std::vector<std::size_t> counts(nodes_.size(), 0);
  for (const Node& node : nodes_) {
    for (const NodeId input : node.inputs) ++counts[input];
  }
  return counts;
}

}  // namespace fanin::net
