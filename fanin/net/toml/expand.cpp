#include "fanin/net/toml/expand.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "fanin/net/norm_text.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dropout.hpp"
#include "fanin/net/recurrent_stack.hpp"
#include "fanin/net/toml/fields.hpp"
#include "fanin/net/toml/forms.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxRepeat = 100'000;

std::string joined_scope(const std::string& outer, const std::string& inner) {
  return outer.empty() ? inner : outer + "." + inner;
}

bool is_one_of(std::string_view op, std::span<const std::string_view> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

/// Ops after which a layer's norm, activation and dropout may follow.
bool takes_norm(std::string_view op) {
  static constexpr std::array<std::string_view, 8> kOps{"dense",  "conv",    "conv_transpose", "add",
                                                        "concat", "pooling", "embedding",      "position_embedding"};
  return is_one_of(op, kOps);
}
bool takes_activation(std::string_view op) {
  static constexpr std::array<std::string_view, 5> kNorms{"batch_norm", "layer_norm", "rms_norm", "group_norm",
                                                          "scale"};
  return takes_norm(op) || is_one_of(op, kNorms);
}
bool takes_dropout(std::string_view op) { return op != "dropout"; }

/// Where a list of layers is being built.
struct Frame {
  std::string scope;
  const Names& names;
  const std::vector<NodeId>& inputs;
  int used_line = 0;
};

class Expander final {
 public:
  Expander(const ExpandContext& context, LimitedGraph& graph) : context_(context), graph_(graph) {}

  NodeId list(const LayerList& layers, const Frame& frame) {
    std::vector<NodeId> built;
    built.reserve(layers.layers.size());
    for (const LayerOutline& layer : layers.layers) {
      std::vector<NodeId> inputs;
      for (const Source& source : layer.from) {
        inputs.push_back(source.input ? frame.inputs[source.index] : built[source.index]);
      }
      built.push_back(repeated(layer, frame, std::move(inputs)));
    }
    return built[layers.output];
  }

 private:
  NodeId repeated(const LayerOutline& layer, const Frame& frame, std::vector<NodeId> inputs) {
    const std::string scope = joined_scope(frame.scope, layer.scope);
    const Place place{context_.source, joined_scope(frame.scope, layer.name), frame.used_line};
    Fields fields(*layer.table, place, layer.op, frame.names);
    if (!fields.has("repeat")) return one(layer, frame, place, scope, inputs);
    const std::int64_t times = fields.integer("repeat", "how often");
    if (times < 1 || times > kMaxRepeat) {
      fields.fail(ErrorCode::bad_value, "repeat", "`repeat` must be from 1 to 100000, found " + std::to_string(times));
    }
    if (inputs.size() != 1) {
      fields.fail(ErrorCode::bad_value, "repeat", "only a layer that reads one other can be repeated");
    }
    for (std::int64_t i = 0; i < times; ++i) {
      inputs[0] = one(layer, frame, place, scope + "." + std::to_string(i), inputs);
    }
    return inputs[0];
  }

  NodeId one(const LayerOutline& layer, const Frame& frame, const Place& place, const std::string& scope,
             const std::vector<NodeId>& inputs) {
    Fields fields(*layer.table, place, layer.op, frame.names);
    for (const std::string& key : layer_keys()) (void)fields.raw(key);
    try {
      return layer.block == nullptr ? op_layer(layer, fields, frame.names, scope, inputs)
                                    : block_layer(*layer.block, fields, frame, scope, inputs);
    } catch (const Error& error) {
      if (error.where().starts_with(std::string(context_.source.substr(0, 256)) + ", line "))
        throw;  // it has its place already
      throw Error(error.code(), place.at(layer.table->line), error.message());
    }
  }

  NodeId block_layer(const Block& block, Fields& fields, const Frame& outer, const std::string& scope,
                     const std::vector<NodeId>& inputs) {
    if (inputs.size() != block.list.inputs.size()) {
      fields.fail(ErrorCode::bad_shape, "from",
                  "the block '" + block.name + "' has " + std::to_string(block.list.inputs.size()) +
                      " inputs, but the layer reads " + std::to_string(inputs.size()));
    }
    Names names(&context_.names);
    for (const Block::Argument& argument : block.arguments) {
      if (const auto* integer = std::get_if<std::int64_t>(&argument.fallback)) {
        names.set(argument.name, fields.integer(argument.name, *integer));
      } else {
        names.set(argument.name, fields.number(argument.name).value_or(std::get<double>(argument.fallback)));
      }
    }
    fields.finish();
    return list(block.list, {scope, names, inputs, outer.used_line == 0 ? fields.line() : outer.used_line});
  }

  NodeId op_layer(const LayerOutline& layer, Fields& fields, const Names& names, const std::string& scope,
                  const std::vector<NodeId>& inputs) {
    std::vector<Shape> shapes;
    for (const NodeId input : inputs) shapes.push_back(graph_.shape(input));
    const FormContext context{shapes, context_.activation, names};
    if (is_recurrent(layer.op)) return recurrent_layer(layer.op, fields, scope, inputs);
    const OpPtr op = find_form(layer.op)->read(fields, context);
    const bool add_bias = layer.op == "dense" && fields.flag("bias", true);
    const OpPtr norm = takes_norm(layer.op) ? read_norm(fields) : nullptr;
    const OpPtr function = takes_activation(layer.op) ? read_activation(fields) : nullptr;
    const std::optional<double> rate = takes_dropout(layer.op) ? fields.number("dropout") : std::nullopt;
    fields.finish();
    NodeId node = graph_.add(scope, op, inputs);
    if (add_bias) node = graph_.add(scope, bias(), {node});
    if (norm != nullptr) node = graph_.add(scope + ".norm", norm, {node});
    if (function != nullptr) node = graph_.add(scope, function, {node});
    if (rate) node = graph_.add(scope, dropout(*rate), {node});
    return node;
  }

  NodeId recurrent_layer(const std::string& op, Fields& fields, const std::string& scope,
                         const std::vector<NodeId>& inputs) {
    const Activation function = op == "rnn" ? read_cell_function(fields) : context_.activation;
    RecurrentStack stack{.cell = op, .options = read_recurrent_options(fields), .function = function};
    stack.layers = fields.integer("layers", 1);
    stack.bidirectional = fields.flag("bidirectional", false);
    stack.dropout = fields.number("dropout").value_or(0);
    fields.finish();
    if (inputs.size() != 1) fields.fail(ErrorCode::bad_shape, "from", op + " reads one sequence");
    return add_recurrent_stack(stack, scope, inputs[0], graph_);
  }

  static OpPtr read_norm(Fields& fields) {
    const std::optional<std::string> text = fields.word("norm");
    if (!text) return nullptr;
    try {
      return parse_norm(*text);
    } catch (const Error& error) {
      fields.fail(error.code(), "norm", error.message());
    }
  }

  /// "relu", or true for the network's own.
  OpPtr read_activation(Fields& fields) const {
    const TomlValue* value = fields.raw("activation");
    if (value == nullptr) return nullptr;
    if (const auto* own = std::get_if<bool>(&value->value)) return *own ? activation(context_.activation) : nullptr;
    return activation(*fields.activation("activation"));
  }

  const ExpandContext& context_;
  LimitedGraph& graph_;
};

}  // namespace

NodeId expand(const Outline& outline, const ExpandContext& context, NodeId input, LimitedGraph& graph) {
  const std::vector<NodeId> inputs{input};
  return Expander(context, graph).list(outline.network, {"", context.names, inputs, 0});
}

}  // namespace fanin::net
