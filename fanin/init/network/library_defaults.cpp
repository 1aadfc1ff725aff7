// pytorch_default, keras_default: what the two libraries give a layer that nobody initializes.
// PyTorch: dense, convolution: weight and bias U(±1/√fan_in), by its own fans; recurrent layers all
// U(±1/√units); attention: packed projection Xavier uniform by its packed fans, output projection as a
// dense weight, biases 0; embeddings N(0, 1). Keras: kernels Glorot uniform, recurrent kernels orthogonal,
// embeddings U(±.05), biases 0 but an LSTM's forget gate 1.
#include <cmath>

#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

Initializer symmetric(double half_width) {
  return parse_initializer("uniform(" + number_text(-half_width) + ", " + number_text(half_width) + ")");
}

/// The weight whose fan_in a bias uses: its own node's, or that of the node before it.
std::optional<std::size_t> weight_of_bias(const net::Graph& graph, const PlanBuilder& builder, net::NodeId node) {
  if (!builder.weights_of(node).empty()) return builder.weights_of(node).front();
  for (const net::NodeId input : graph.node(node).inputs) {
    if (!builder.weights_of(input).empty()) return builder.weights_of(input).front();
  }
  return std::nullopt;
}

void plan_pytorch_bias(PlanBuilder& builder, const net::Graph& graph, net::NodeId node, std::size_t index) {
  const std::optional<std::size_t> weight = weight_of_bias(graph, builder, node);
  if (!weight) return;
  const net::Fans fans = dialect_fans(Dialect::pytorch, builder.at(*weight).parameter);
  builder.set(index, symmetric(1 / std::sqrt(static_cast<double>(fans.fan_in))), "U(±1/√fan_in) of its layer");
}

void plan_pytorch_node(PlanBuilder& builder, const net::Graph& graph, net::NodeId node) {
  const std::string_view kind = kind_of(graph.node(node));
  if (kind == "rnn" || kind == "lstm" || kind == "gru") {
    const double units = static_cast<double>(graph.node(node).shape.extents().back());
    for (const std::size_t index : builder.parameters_of(node)) {
      builder.set(index, symmetric(1 / std::sqrt(units)), "U(±1/√units)");
    }
    return;
  }
  if (kind == "attention") {
    builder.set(builder.weights_of(node).front(), parse_initializer("glorot_uniform(dialect=pytorch)"),
                "Xavier by the packed fans");
    return;
  }
  if (kind != "dense" && kind != "conv" && kind != "conv_transpose" && kind != "bias") return;
  for (const std::size_t index : builder.parameters_of(node)) {
    if (builder.at(index).parameter.role == net::ParameterRole::bias) plan_pytorch_bias(builder, graph, node, index);
  }
}

NetworkScheme parse_pytorch(CallReader&, Dialect) {
  const std::string text = "pytorch_default";
  return {text, [text](const net::Graph& graph) {
            RoleRules rules(parse_initializer("pytorch_linear(dialect=pytorch)"));
            rules.embedding = parse_initializer("normal(dialect=pytorch)");
            PlanBuilder builder(graph, text, rules);
            for (net::NodeId node = 0; node < graph.nodes().size(); ++node) plan_pytorch_node(builder, graph, node);
            return builder.finish();
          }};
}

NetworkScheme parse_keras(CallReader&, Dialect) {
  const std::string text = "keras_default";
  return {text, [text](const net::Graph& graph) {
            RoleRules rules(parse_initializer("glorot_uniform(dialect=keras)"));
            rules.recurrent = parse_initializer("orthogonal(dialect=keras)");
            rules.embedding = parse_initializer("uniform(dialect=keras)");
            PlanBuilder builder(graph, text, rules);
            for (net::NodeId node = 0; node < graph.nodes().size(); ++node) {
              if (kind_of(graph.node(node)) != "lstm") continue;
              for (const std::size_t index : builder.parameters_of(node)) {
                if (builder.at(index).parameter.role != net::ParameterRole::bias) continue;
                builder.set(index, parse_initializer("forget_bias"), "forget gate 1");
              }
            }
            return builder.finish();
          }};
}

}  // namespace

const NetworkSchemeEntry kPytorchDefaultScheme{
    {"pytorch_default", "", "weights and biases U(±1/√fan_in), recurrent layers U(±1/√units), embeddings N(0, 1)", "",
     "torch.nn reset_parameters", ""},
    parse_pytorch};
const NetworkSchemeEntry kKerasDefaultScheme{
    {"keras_default", "", "Glorot uniform, recurrent orthogonal, embeddings U(±.05), forget bias 1", "", "keras.layers",
     ""},
    parse_keras};

}  // namespace fanin::init
