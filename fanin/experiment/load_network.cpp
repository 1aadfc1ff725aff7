#include "fanin/experiment/load_network.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/io/bytes.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/presets.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{64} << 20;

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

net::Graph from_file(const std::string& path, const net::NetworkContext& context) {
  const std::vector<std::uint8_t> bytes = io::read_file(path, kMaxFile);
  return net::network_from_toml({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path, context);
}

/// The part before '(' names a preset, or nothing that anybody knows.
void check_name(const std::string& spec) {
  const std::string name = trimmed(spec.substr(0, spec.find('(')));
  if (net::is_preset(name)) return;
  std::vector<std::string> known;
  for (const net::PresetInfo& info : net::known_presets()) known.emplace_back(info.name);
  throw Error(ErrorCode::unknown_name, "net '" + spec.substr(0, 80) + "'",
              "it is no preset (" + suggestion(name, known) +
                  "), no widths such as 784-256-10 and no file whose name ends in .toml");
}

std::string values_text(std::int64_t count) { return std::to_string(count) + (count == 1 ? " value" : " values"); }

void check_known(const std::string& spec, const net::Graph& graph, const net::NetworkContext& context) {
  const Shape& input = graph.node(graph.inputs().front()).shape;
  if (context.input.rank() > 0 && context.input.count() != input.count()) {
    throw Error(ErrorCode::bad_shape, "net " + spec.substr(0, 80),
                "it takes " + to_string(input) + ", " + values_text(input.count()) + ", but a row of the data is " +
                    to_string(context.input) + ", " + values_text(context.input.count()));
  }
  const Shape& output = graph.node(graph.output()).shape;
  const std::int64_t outputs = output.rank() == 0 ? 1 : output.extents().back();
  if (context.outputs > 0 && context.outputs != outputs) {
    throw Error(ErrorCode::bad_shape, "net " + spec.substr(0, 80),
                "it answers with " + to_string(output) + ", " + values_text(outputs) + " at a time, but " +
                    std::to_string(context.outputs) + " are asked for");
  }
}

/// Tokens are names, not quantities: they must go into an embedding, which must know them all.
void check_tokens(const net::Graph& graph, const DataSet& data) {
  bool embeds = false;
  for (const net::Node& node : graph.nodes()) {
    const auto* const embedding = dynamic_cast<const net::Embedding*>(node.op.get());
    if (embedding == nullptr) continue;
    embeds = true;
    if (node.inputs.front() != graph.inputs().front()) continue;
    if (!data.tokens) {
      throw Error(ErrorCode::bad_shape, "net",
                  "'" + node.name + "' reads tokens, and the inputs of " + data.name + " are quantities");
    }
    if (embedding->vocabulary() < data.vocabulary) {
      throw Error(ErrorCode::bad_shape, "net",
                  "'" + node.name + "' knows " + std::to_string(embedding->vocabulary()) + " tokens, and " + data.name +
                      " has " + std::to_string(data.vocabulary));
    }
  }
  if (data.tokens && !embeds) {
    throw Error(ErrorCode::bad_shape, "net",
                "the inputs of " + data.name +
                    " are tokens: a network for them begins with an embedding, as those of " +
                    "char_lstm, gpt, rnn, lstm and gru do");
  }
}

}  // namespace

net::NetworkContext context_of(const DataSet& data, std::string_view activation) {
  net::NetworkContext context;
  context.input = data.sample_shape;
  context.outputs = data.outputs;
  context.activation = activation;
  context.vocabulary = data.vocabulary;
  context.positions = data.positions;
  return context;
}

net::Graph load_network(const std::string& spec, const net::NetworkContext& context) {
  const std::string text = trimmed(spec);
  if (text.empty()) throw Error(ErrorCode::bad_syntax, "net", "it is empty; write widths, a preset or a .toml file");
  net::Graph graph;
  if (text.ends_with(".toml")) {
    graph = from_file(text, context);
  } else if (text[0] >= '0' && text[0] <= '9') {
    graph = net::dense_network(net::parse_widths(text), net::parse_activation(context.activation));
  } else {
    check_name(text);
    graph = net::preset_network(text, context);
  }
  check_known(text, graph, context);
  return graph;
}

void check_network(const net::Graph& graph, const DataSet& data) {
  check_tokens(graph, data);
  check_known(data.name, graph, context_of(data));
  const Shape& output = graph.node(graph.output()).shape;
  const std::int64_t positions = output.rank() == 0 ? 1 : output.count() / output.extents().back();
  if (positions == data.positions) return;
  throw Error(ErrorCode::bad_shape, "net",
              "it answers with " + to_string(output) + ", at " + std::to_string(positions) +
                  (positions == 1 ? " position" : " positions") + " of a row, but a row of " + data.name + " has " +
                  std::to_string(data.positions) + (data.positions == 1 ? " answer" : " answers"));
}

}  // namespace fanin::experiment
