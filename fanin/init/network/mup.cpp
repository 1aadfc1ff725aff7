// mup(base_width): the maximal update parametrization for Adam, in which the best learning rate does not
// move with the width. Input weights have variance gain²/fan_in, constant in the width, and the full rate;
// hidden weights variance gain²/fan_in and the rate × base_width/fan_in; the readout keeps the deviation it
// has at the base width, gain/√base_width, and its output is multiplied by base_width/fan_in.
// Source: Yang et al. 2022, arXiv:2203.03466, table 8. Attention must divide its logits by the head width.
#include <algorithm>
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/gain_argument.hpp"
#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"
#include "fanin/net/ops/attention.hpp"

namespace fanin::init {
namespace {

struct Mup {
  std::int64_t base_width = 64;
  Gain gain;
};

void plan_readout(PlanBuilder& builder, const net::Graph& graph, net::NodeId node, const Mup& options) {
  const std::optional<net::NodeId> multiplier = scale_before_weights(graph, graph.output(), /*fixed=*/true);
  if (!multiplier) {
    missing("mup", "the output of '" + graph.node(node).name + "' has no multiplier",
            "add net::scale(1) after the readout; its value is set by the plan");
  }
  const auto base = static_cast<double>(options.base_width);
  for (const std::size_t index : builder.weights_of(node)) {
    const double fan_in = static_cast<double>(net::fans(builder.at(index).parameter).fan_in);
    builder.set(index, parse_initializer("normal(std=" + number_text(options.gain.value / std::sqrt(base)) + ")"),
                "readout, constant in the width");
    builder.add_multiplier(*multiplier, base / fan_in, "readout ÷ width multiplier");
  }
}

void plan_hidden(PlanBuilder& builder, net::NodeId node, const Mup& options) {
  for (const std::size_t index : builder.weights_of(node)) {
    ParameterPlan& entry = builder.at(index);
    const double fan_in = static_cast<double>(net::fans(entry.parameter).fan_in);
    entry.learning_rate_factor = static_cast<double>(options.base_width) / fan_in;
    entry.reason = "hidden, learning rate × base_width/fan_in";
  }
}

void check_attention(const net::Graph& graph) {
  for (const net::Node& node : graph.nodes()) {
    const auto* attention = dynamic_cast<const net::Attention*>(node.op.get());
    if (attention != nullptr && attention->options().logits != net::LogitScale::head_width) {
      missing("mup", "'" + node.name + "' divides its logits by √(head width)",
              "build it with logits = LogitScale::head_width");
    }
  }
}

NetworkPlan plan(const net::Graph& graph, const std::string& text, const Mup& options) {
  check_attention(graph);
  RoleRules rules(parse_initializer(CallText("lecun_normal").add_unless("gain", options.gain.text, "1").str()));
  rules.embedding = parse_initializer("normal(std=1)");
  PlanBuilder builder(graph, text, rules);
  const std::vector<net::NodeId> inputs = first_weights(graph);
  const std::vector<net::NodeId> readouts = last_weights(graph, graph.output());
  if (readouts.size() != 1 || std::find(inputs.begin(), inputs.end(), readouts[0]) != inputs.end()) {
    missing("mup", "the network has no hidden layer between its input and one readout",
            "muP is about widths that grow; use it from two layers with weights on");
  }
  for (net::NodeId node = 0; node < graph.nodes().size(); ++node) {
    if (!has_weights(graph.node(node))) continue;
    if (node == readouts[0]) {
      plan_readout(builder, graph, node, options);
    } else if (std::find(inputs.begin(), inputs.end(), node) != inputs.end()) {
      for (const std::size_t index : builder.weights_of(node))
        builder.at(index).reason = "input, constant in the width";
    } else {
      plan_hidden(builder, node, options);
    }
  }
  return builder.finish();
}

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  Mup options;
  options.base_width = reader.integer("base_width", options.base_width);
  if (options.base_width < 1 || options.base_width > (std::int64_t{1} << 31)) {
    throw Error(
        ErrorCode::bad_value, "scheme mup",
        "base_width=" + std::to_string(options.base_width) + " must be in [1, 2^31]: the width of the small model");
  }
  options.gain = parse_gain(reader.text("gain").value_or("1"), "mup", dialect);
  CallText text("mup");
  if (options.base_width != 64) text.add("base_width", std::to_string(options.base_width));
  const std::string canonical = text.add_unless("gain", options.gain.text, "1").str();
  return {canonical, [canonical, options](const net::Graph& graph) { return plan(graph, canonical, options); }};
}

}  // namespace

const NetworkSchemeEntry kMupScheme{
    {"mup", "base_width=64, gain=1", "hidden gain²/fan_in, rate × base/fan_in; readout constant, output × base/fan_in",
     "a fixed scale after the readout", "Yang et al. 2022, arXiv:2203.03466", ""},
    parse};

}  // namespace fanin::init
