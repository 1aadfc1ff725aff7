#include "fanin/net/recurrent_stack.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/dropout.hpp"
#include "fanin/net/ops/gru.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/ops/rnn.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxLayers = 1000;

NodeId add_layer(const RecurrentStack& stack, RecurrentOptions options, const std::string& scope, NodeId input,
                 LimitedGraph& graph) {
  if (!stack.bidirectional) return graph.add(scope, recurrent_cell(stack.cell, options, stack.function), {input});
  const NodeId forward = graph.add(scope + ".forward", recurrent_cell(stack.cell, options, stack.function), {input});
  options.reverse = true;
  const NodeId backward = graph.add(scope + ".backward", recurrent_cell(stack.cell, options, stack.function), {input});
  return graph.add(scope, concat(), {forward, backward});
}

}  // namespace

bool is_recurrent(std::string_view op) noexcept { return op == "rnn" || op == "lstm" || op == "gru"; }

OpPtr recurrent_cell(std::string_view cell, const RecurrentOptions& options, const Activation& function) {
  if (cell == "lstm") return lstm(options);
  if (cell == "gru") return gru(options);
  FANIN_ASSERT(cell == "rnn");
  return std::make_shared<Rnn>(options, function);
}

NodeId add_recurrent_stack(const RecurrentStack& stack, const std::string& scope, NodeId input, LimitedGraph& graph) {
  if (stack.layers < 1 || stack.layers > kMaxLayers) {
    throw Error(ErrorCode::bad_value, std::string(stack.cell),
                "layers must be from 1 to 1000, found " + std::to_string(stack.layers));
  }
  if (stack.bidirectional && stack.options.reverse) {
    throw Error(ErrorCode::bad_value, std::string(stack.cell),
                "a bidirectional layer reads both ways; leave out reverse");
  }
  for (std::int64_t i = 0; i < stack.layers; ++i) {
    RecurrentOptions options = stack.options;
    options.last_only = options.last_only && i + 1 == stack.layers;
    const std::string layer_scope = stack.layers == 1 ? scope : scope + "." + std::to_string(i);
    input = add_layer(stack, options, layer_scope, input, graph);
    if (stack.dropout != 0) input = graph.add(layer_scope, dropout(stack.dropout), {input});
  }
  return input;
}

}  // namespace fanin::net
