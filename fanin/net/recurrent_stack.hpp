// Private to this room: recurrent layers on top of each other, in one direction or in both, as descriptions
// and presets ask for them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fanin/net/activation.hpp"
#include "fanin/net/limited_graph.hpp"
#include "fanin/net/ops/recurrent.hpp"

namespace fanin::net {

struct RecurrentStack {
  std::string_view cell;          ///< "rnn", "lstm" or "gru"
  RecurrentOptions options = {};  ///< last_only concerns the topmost layer
  Activation function;            ///< of an rnn
  std::int64_t layers = 1;
  bool bidirectional = false;  ///< two layers over the same input, their states side by side
  double dropout = 0;          ///< after each layer; 0: none
};

bool is_recurrent(std::string_view op) noexcept;
OpPtr recurrent_cell(std::string_view cell, const RecurrentOptions& options, const Activation& function);

/// Nodes in `scope` for one layer, in scope.0, scope.1, … for more; of two directions the layers are
/// scope.forward and scope.backward, and their concat is in scope.
/// @throws Error bad_value (layers outside [1, 1000], reverse with bidirectional), and the graph's.
NodeId add_recurrent_stack(const RecurrentStack& stack, const std::string& scope, NodeId input, LimitedGraph& graph);

}  // namespace fanin::net
