// Private to this room: builds the graph of an outline.
#pragma once

#include <string_view>

#include "fanin/net/activation.hpp"
#include "fanin/net/limited_graph.hpp"
#include "fanin/net/toml/outline.hpp"

namespace fanin::net {

struct ExpandContext {
  std::string_view source;
  const Activation& activation;  ///< for layers that say `activation = true`
  const Names& names;            ///< constants of the file and what the context knows
};

/// The output's node. @throws Error naming source, line and layer.
NodeId expand(const Outline& outline, const ExpandContext& context, NodeId input, LimitedGraph& graph);

}  // namespace fanin::net
