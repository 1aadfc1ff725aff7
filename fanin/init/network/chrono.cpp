// chrono(max_time, weights, recurrent): LSTM and GRU gate biases that spread the memory over times up to
// max_time steps; weights and recurrent weights by the rules given.
// Source: Tallec & Ollivier 2018, arXiv:1804.11188.
#include "fanin/core/error.hpp"
#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

NetworkPlan plan(const net::Graph& graph, const std::string& text, const RoleRules& rules, const Initializer& gates) {
  PlanBuilder builder(graph, text, rules);
  bool found = false;
  for (net::NodeId node = 0; node < graph.nodes().size(); ++node) {
    const std::string_view kind = kind_of(graph.node(node));
    if (kind != "lstm" && kind != "gru") continue;
    for (const std::size_t index : builder.parameters_of(node)) {
      if (builder.at(index).parameter.role != net::ParameterRole::bias) continue;
      // A GRU has two biases: the first carries the times, the second stays zero.
      builder.set(index, gates, "memory times up to max_time");
      found = true;
      break;
    }
  }
  if (!found) missing("chrono", "the network has no lstm or gru with a bias", "add net::lstm or net::gru");
  return builder.finish();
}

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const std::optional<std::string> max_time = reader.text("max_time");
  if (!max_time) {
    throw Error(ErrorCode::bad_value, "scheme chrono",
                "it needs the longest time to remember, for example chrono(784)");
  }
  const Initializer gates = parse_initializer("chrono_bias(" + *max_time + ")");
  RoleRules rules(read_rule(reader, "weights", "glorot_uniform", dialect));
  rules.recurrent = read_rule(reader, "recurrent", "orthogonal", dialect);
  rules.embedding = parse_initializer("normal(std=1)");
  const std::string text = CallText("chrono")
                               .add("max_time", number_text(parse_number(*max_time).value_or(0)))
                               .add_unless("weights", rules.weight.text(), "glorot_uniform")
                               .add_unless("recurrent", rules.recurrent.text(), "orthogonal")
                               .str();
  return {text, [=](const net::Graph& graph) { return plan(graph, text, rules, gates); }};
}

}  // namespace

const NetworkSchemeEntry kChronoScheme{{"chrono", "max_time, weights=glorot_uniform, recurrent=orthogonal",
                                        "forget bias log U[1, max_time-1], input bias its negative", "lstm or gru",
                                        "Tallec & Ollivier 2018, arXiv:1804.11188", ""},
                                       parse};

}  // namespace fanin::init
