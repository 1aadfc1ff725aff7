// deepnorm: LayerNorm(α·x + f(x)). Weights are Xavier, with gain β on the value and output projections
// and the MLP, 1 on queries and keys. For N layers of one kind α = (2N)^¼, β = (8N)^-¼; for an encoder of
// N and a decoder of M layers α = .81(N⁴M)^1/16, β = .87(N⁴M)^-1/16 and α = (3M)^¼, β = (12M)^-¼.
// Source: Wang et al. 2022, arXiv:2203.00555, figure 2. α is a fixed scale node on every shortcut.
#include <cmath>

#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/network/transformer.hpp"
#include "fanin/init/text.hpp"
#include "fanin/net/ops/scale.hpp"

namespace fanin::init {
namespace {

struct DeepNorm {
  double alpha = 1;
  double beta = 1;
};

struct DeepNormPair {
  DeepNorm encoder;
  DeepNorm decoder;
};

DeepNormPair constants(const Transformer& parts) {
  const auto n = static_cast<double>(parts.encoder.layers);
  const auto m = static_cast<double>(parts.decoder.layers);
  const double alone = n + m;
  if (n == 0 || m == 0) {
    const DeepNorm one{std::pow(2 * alone, 0.25), std::pow(8 * alone, -0.25)};
    return {one, one};
  }
  const double mixed = std::pow(std::pow(n, 4) * m, 1.0 / 16);
  return {{0.81 * mixed, 0.87 / mixed}, {std::pow(3 * m, 0.25), std::pow(12 * m, -0.25)}};
}

void plan_stack(PlanBuilder& builder, const TransformerStack& stack, const DeepNorm& values) {
  const Initializer xavier = parse_initializer("glorot_normal");
  const std::string reason = "DeepNorm gain " + number_text(values.beta);
  for (const net::NodeId node : stack.attention) {
    const std::vector<std::size_t> weights = builder.weights_of(node);
    builder.set(weights.front(), scaled_gates(xavier, 1, 1, values.beta), reason + " on the values");
    builder.set(weights.back(), scaled(xavier, values.beta), reason);
  }
  for (const net::NodeId node : stack.feed_forward) {
    for (const std::size_t index : builder.weights_of(node)) builder.set(index, scaled(xavier, values.beta), reason);
  }
}

/// The fixed scale node on the branch's shortcut.
net::NodeId shortcut_scale(const net::Graph& graph, const ResidualBranch& branch) {
  for (const net::NodeId node : branch.shortcut) {
    const auto* scale = dynamic_cast<const net::Scale*>(graph.node(node).op.get());
    if (scale != nullptr && scale->type() == net::ScaleKind::fixed) return node;
  }
  missing("deepnorm", "the shortcut into '" + graph.node(branch.sum).name + "' has no multiplier",
          "add net::scale(1) on it; its value α is set by the plan");
}

NetworkPlan plan(const net::Graph& graph, const std::string& text) {
  const Transformer parts = transformer_parts(graph, "deepnorm");
  const DeepNormPair values = constants(parts);
  PlanBuilder builder(graph, text, RoleRules(parse_initializer("glorot_normal")));
  for (const ResidualBranch& branch : residual_branches(graph)) {
    const auto& sums = parts.decoder.sums;
    const bool decoder = std::find(sums.begin(), sums.end(), branch.sum) != sums.end();
    builder.add_multiplier(shortcut_scale(graph, branch), (decoder ? values.decoder : values.encoder).alpha,
                           "DeepNorm α on the shortcut");
  }
  plan_stack(builder, parts.encoder, values.encoder);
  plan_stack(builder, parts.decoder, values.decoder);
  for (net::NodeId node = 0; node < graph.nodes().size(); ++node) {
    for (const std::size_t index : builder.parameters_of(node)) {
      if (builder.at(index).parameter.role != net::ParameterRole::embedding) continue;
      builder.set(index, parse_initializer("normal(std=0.02)"), "embedding");
    }
  }
  return builder.finish();
}

NetworkScheme parse(CallReader&, Dialect) {
  const std::string text = "deepnorm";
  return {text, [text](const net::Graph& graph) { return plan(graph, text); }};
}

}  // namespace

const NetworkSchemeEntry kDeepNormScheme{
    {"deepnorm", "", "Xavier with gain β = (8N)^-¼ on values, outputs, MLP; shortcuts × α = (2N)^¼",
     "attention on residual sums, a fixed scale on every shortcut", "Wang et al. 2022, arXiv:2203.00555", ""},
    parse};

}  // namespace fanin::init
