// irnn(std): recurrent ReLU networks that start as a memory: recurrent weights identity, every other
// weight N(0, std²), biases 0. Source: Le, Jaitly & Hinton 2015, arXiv:1504.00941.
#include "fanin/core/error.hpp"
#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"
#include "fanin/net/ops/rnn.hpp"

namespace fanin::init {
namespace {

NetworkPlan plan(const net::Graph& graph, const std::string& text, double std_dev) {
  RoleRules rules(parse_initializer("normal(std=" + number_text(std_dev) + ")"));
  rules.recurrent = parse_initializer("identity");
  bool found = false;
  for (const net::Node& node : graph.nodes()) {
    const auto* rnn = dynamic_cast<const net::Rnn*>(node.op.get());
    if (rnn == nullptr) continue;
    found = true;
    if (rnn->function().function().name != "relu") {
      missing("irnn", "'" + node.name + "' uses " + net::to_string(rnn->function()), "the scheme is for rnn with relu");
    }
  }
  if (!found) missing("irnn", "the network has no rnn node", "add net::rnn(options, \"relu\")");
  return PlanBuilder(graph, text, rules).finish();
}

NetworkScheme parse(CallReader& reader, Dialect) {
  const double std_dev = reader.number("std", 0.001);
  if (!(std_dev >= 0 && std_dev <= 1e18)) {
    throw Error(ErrorCode::bad_value, "scheme irnn", "std=" + number_text(std_dev) + " must be in [0, 1e18]");
  }
  const std::string text = CallText("irnn").add_unless("std", std_dev, 0.001).str();
  return {text, [text, std_dev](const net::Graph& graph) { return plan(graph, text, std_dev); }};
}

}  // namespace

const NetworkSchemeEntry kIrnnScheme{{"irnn", "std=0.001", "recurrent weights I, others N(0, std²), biases 0",
                                      "rnn with relu", "Le et al. 2015, arXiv:1504.00941", ""},
                                     parse};

}  // namespace fanin::init
