#include "fanin/core/error.hpp"
#include "fanin/net/toml/forms.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::net {
namespace {

/// What layers call a node: the network's input is "input".
std::string reference(const Graph& graph, NodeId node) {
  return graph.node(node).op == nullptr ? "input" : graph.node(node).name;
}

void check(const Graph& graph) {
  if (graph.inputs().size() != 1) {
    throw Error(ErrorCode::unsupported, "network",
                "a description has one input, the graph has " + std::to_string(graph.inputs().size()));
  }
  const std::vector<std::size_t> readers = graph.consumer_counts();
  for (NodeId node = 0; node < readers.size(); ++node) {
    if (readers[node] == 0 && node != graph.output()) {
      throw Error(ErrorCode::unsupported, "node '" + graph.node(node).name + "'",
                  "nothing reads it, which a description does not allow");
    }
  }
}

std::string layer_text(const Graph& graph, const Node& node, NodeId previous) {
  FieldWriter out;
  out.word("name", node.name);
  out.word("scope", node.scope);
  out.word("op", node.op->kind());
  if (node.inputs.size() != 1 || node.inputs[0] != previous) {
    std::vector<std::string> from;
    for (const NodeId input : node.inputs) from.push_back(reference(graph, input));
    out.words("from", from);
  }
  const OpForm* form = find_form(node.op->kind());
  FANIN_ASSERT(form != nullptr);
  form->write(*node.op, out);
  return "\n[[layer]]\n" + out.text();
}

}  // namespace

std::string to_toml(const Graph& graph) {
  check(graph);
  const NodeId input = graph.inputs().front();
  FieldWriter header;
  header.integers("input", graph.node(input).shape.extents());
  header.word("input_name", graph.node(input).name);
  header.word("output", reference(graph, graph.output()));
  std::string text = "[network]\n" + header.text();
  NodeId previous = input;
  for (NodeId id = 0; id < graph.nodes().size(); ++id) {
    if (graph.node(id).op == nullptr) continue;
    text += layer_text(graph, graph.node(id), previous);
    previous = id;
  }
  return text;
}

}  // namespace fanin::net
