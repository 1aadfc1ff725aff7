// The parts of a transformer: which attention and MLP weights belong to the encoder and which to the
// decoder. A decoder is what queries with a second sequence (cross-attention); a network of
// self-attention alone, causal or not, counts as an encoder.
#pragma once

#include <vector>

#include "fanin/net/graph.hpp"

namespace fanin::init {

struct TransformerStack {
  std::size_t layers = 0;                 ///< of self-attention
  std::vector<net::NodeId> attention;     ///< self- and cross-attention nodes
  std::vector<net::NodeId> feed_forward;  ///< other nodes with weights on residual branches
  std::vector<net::NodeId> sums;          ///< residual sums
};

struct Transformer {
  TransformerStack encoder;
  TransformerStack decoder;  ///< no layers: there is none
};

/// @throws Error unsupported when the graph has no attention node on a residual branch.
Transformer transformer_parts(const net::Graph& graph, const char* scheme);

}  // namespace fanin::init
