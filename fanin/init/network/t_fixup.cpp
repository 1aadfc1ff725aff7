// t_fixup: transformers without layer normalization or warm-up. Xavier everywhere; with N layers, the
// value and output projections and MLP weights of an encoder × 0.67·N^(-1/4), of a decoder × (9N)^(-1/4);
// embeddings N(0, 1/width) × (9N)^(-1/4), N the decoder's layers (the encoder's where there is none).
// Source: Huang et al. 2020, section 3.2. The released code also multiplies the value projection by √2:
// that undoes the fans its packed Q/K/V weight is given there, which are right here.
#include <algorithm>
#include <cmath>

#include "fanin/init/network/all.hpp"
#include "fanin/init/network/transformer.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

void plan_stack(PlanBuilder& builder, const TransformerStack& stack, double factor, const std::string& reason) {
  const Initializer xavier = parse_initializer("glorot_uniform");
  for (const net::NodeId node : stack.attention) {
    const std::vector<std::size_t> weights = builder.weights_of(node);
    builder.set(weights.front(), scaled_gates(xavier, 1, 1, factor), "value " + reason);
    builder.set(weights.back(), scaled(xavier, factor), "output projection " + reason);
  }
  for (const net::NodeId node : stack.feed_forward) {
    for (const std::size_t index : builder.weights_of(node))
      builder.set(index, scaled(xavier, factor), "MLP " + reason);
  }
}

NetworkPlan plan(const net::Graph& graph, const std::string& text) {
  const Transformer parts = transformer_parts(graph, "t_fixup");
  PlanBuilder builder(graph, text, RoleRules(parse_initializer("glorot_uniform")));
  const auto encoder_layers = static_cast<double>(parts.encoder.layers);
  const auto decoder_layers = static_cast<double>(parts.decoder.layers);
  plan_stack(builder, parts.encoder, 0.67 * std::pow(std::max(encoder_layers, 1.0), -0.25),
             "×0.67·" + std::to_string(parts.encoder.layers) + "^(-1/4)");
  plan_stack(builder, parts.decoder, std::pow(9 * std::max(decoder_layers, 1.0), -0.25),
             "×(9·" + std::to_string(parts.decoder.layers) + ")^(-1/4)");
  const std::size_t layers = parts.decoder.layers > 0 ? parts.decoder.layers : parts.encoder.layers;
  const double factor = std::pow(9 * static_cast<double>(layers), -0.25);
  for (net::NodeId node = 0; node < graph.nodes().size(); ++node) {
    for (const std::size_t index : builder.parameters_of(node)) {
      const net::ParameterSpec& parameter = builder.at(index).parameter;
      if (parameter.role != net::ParameterRole::embedding) continue;
      const double width = static_cast<double>(parameter.shape().extents().back());
      builder.set(index, parse_initializer("normal(std=" + number_text(factor / std::sqrt(width)) + ")"),
                  "embedding, width^(-1/2)·(9·" + std::to_string(layers) + ")^(-1/4)");
    }
  }
  return builder.finish();
}

NetworkScheme parse(CallReader&, Dialect) {
  const std::string text = "t_fixup";
  return {text, [text](const net::Graph& graph) { return plan(graph, text); }};
}

}  // namespace

const NetworkSchemeEntry kTFixupScheme{
    {"t_fixup", "", "Xavier; values, outputs, MLP × 0.67·N^(-1/4) or (9N)^(-1/4); embeddings × (9N)^(-1/4)",
     "attention on residual sums", "Huang et al. 2020 (T-Fixup)", ""},
    parse};

}  // namespace fanin::init
