#include "fanin/init/network/transformer.hpp"

#include <algorithm>

#include "fanin/init/network/plan_builder.hpp"
#include "fanin/init/network/structure.hpp"

namespace fanin::init {
namespace {

using net::NodeId;

bool is_cross_attention(const net::Node& node) { return kind_of(node) == "attention" && node.inputs.size() == 2; }

/// Whether each node lies on a decoder's way: it leads to a cross-attention's queries, or follows one.
/// The memory, a cross-attention's second input, does not count as leading to it.
std::vector<bool> decoder_nodes(const net::Graph& graph) {
  const std::size_t count = graph.nodes().size();
  std::vector<bool> leads(count, false);
  std::vector<bool> follows(count, false);
  for (NodeId node = count; node-- > 0;) {
    const net::Node& entry = graph.node(node);
    const bool cross = is_cross_attention(entry);
    leads[node] = leads[node] || cross;
    if (!leads[node]) continue;
    for (std::size_t i = 0; i < entry.inputs.size(); ++i) {
      if (!(cross && i == 1)) leads[entry.inputs[i]] = true;
    }
  }
  for (NodeId node = 0; node < count; ++node) {
    const net::Node& entry = graph.node(node);
    follows[node] = is_cross_attention(entry) ||
                    std::any_of(entry.inputs.begin(), entry.inputs.end(), [&](NodeId input) { return follows[input]; });
    leads[node] = leads[node] || follows[node];
  }
  return leads;
}

}  // namespace

Transformer transformer_parts(const net::Graph& graph, const char* scheme) {
  const std::vector<bool> decoder = decoder_nodes(graph);
  Transformer parts;
  for (const ResidualBranch& branch : residual_branches(graph)) {
    TransformerStack& stack = decoder[branch.sum] ? parts.decoder : parts.encoder;
    stack.sums.push_back(branch.sum);
    for (const NodeId node : branch.body) {
      const net::Node& entry = graph.node(node);
      if (kind_of(entry) == "attention") {
        stack.attention.push_back(node);
        stack.layers += is_cross_attention(entry) ? 0 : 1;
      } else if (has_weights(entry)) {
        stack.feed_forward.push_back(node);
      }
    }
  }
  if (parts.encoder.attention.empty() && parts.decoder.attention.empty()) {
    missing(scheme, "no residual branch holds an attention node",
            "it is for transformers; add net::attention and net::add");
  }
  // A decoder of cross-attention alone still has its layers.
  if (parts.decoder.layers == 0) parts.decoder.layers = parts.decoder.attention.size();
  return parts;
}

}  // namespace fanin::init
