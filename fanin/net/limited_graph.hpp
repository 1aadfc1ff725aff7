// Private to this room: builds a graph from a text that a person or a file gives, within limits, so that no
// text can ask for a graph that takes minutes or whose sizes overflow.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "fanin/net/graph.hpp"

namespace fanin::net {

class LimitedGraph final {
 public:
  /// Parameters in all, and elements of one node's output.
  static constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;

  explicit LimitedGraph(std::size_t max_nodes) noexcept : max_nodes_(max_nodes) {}

  /// As Graph's. @throws Error also bad_shape when the graph grows beyond a limit.
  NodeId add_input(std::string_view name, const Shape& shape);
  NodeId add(std::string_view scope, OpPtr op, const std::vector<NodeId>& inputs);
  [[nodiscard]] const Shape& shape(NodeId node) const { return graph_.node(node).shape; }
  [[nodiscard]] Graph finish(NodeId output);

 private:
  Graph graph_;
  std::size_t max_nodes_;
  std::int64_t parameters_ = 0;
};

}  // namespace fanin::net
