#include "fanin/init/network/plan_builder.hpp"

#include "fanin/core/error.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

// A rule that reads fans has nothing to read in a table of vectors, of which a token takes one.
bool suits_embeddings(const Initializer& rule) {
  const net::ParameterSpec table{
      "embedding", net::ParameterRole::embedding, {{{net::Axis::vocabulary, 2}}, {{net::Axis::out, 2}}}};
  try {
    static_cast<void>(rule.moments(table));
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

RoleRules::RoleRules(const Initializer& weights)
    : weight(weights),
      embedding(suits_embeddings(weights) ? weights : parse_initializer("normal(std=0.02)")),
      recurrent(weights),
      bias(parse_initializer("zeros")),
      scale(parse_initializer("ones")),
      shift(parse_initializer("zeros")) {}

const Initializer& RoleRules::of(net::ParameterRole role) const {
  switch (role) {
    case net::ParameterRole::embedding: return embedding;
    case net::ParameterRole::recurrent: return recurrent;
    case net::ParameterRole::bias: return bias;
    case net::ParameterRole::scale: return scale;
    case net::ParameterRole::shift: return shift;
    case net::ParameterRole::weight: break;
  }
  return weight;
}

PlanBuilder::PlanBuilder(const net::Graph& graph, std::string scheme, const RoleRules& rules) : graph_(graph) {
  plan_.scheme = std::move(scheme);
  for (const net::Node& node : graph.nodes()) {
    first_.push_back(plan_.parameters.size());
    for (const net::ParameterSpec& parameter : node.parameters) {
      plan_.parameters.push_back({parameter, rules.of(parameter.role), 1, ""});
    }
  }
  first_.push_back(plan_.parameters.size());
}

std::vector<std::size_t> PlanBuilder::parameters_of(net::NodeId node) const {
  std::vector<std::size_t> indices;
  for (std::size_t i = first_.at(node); i < first_.at(node + 1); ++i) indices.push_back(i);
  return indices;
}

std::vector<std::size_t> PlanBuilder::weights_of(net::NodeId node) const {
  std::vector<std::size_t> indices;
  for (const std::size_t i : parameters_of(node)) {
    const net::ParameterRole role = plan_.parameters[i].parameter.role;
    if (role == net::ParameterRole::weight || role == net::ParameterRole::recurrent) indices.push_back(i);
  }
  return indices;
}

void PlanBuilder::set(std::size_t index, const Initializer& rule, std::string reason) {
  ParameterPlan& entry = plan_.parameters.at(index);
  entry.rule = rule;
  entry.reason = std::move(reason);
}

void PlanBuilder::scale(std::size_t index, double factor, std::string reason) {
  set(index, scaled(plan_.parameters.at(index).rule, factor), std::move(reason));
}

void PlanBuilder::set_scale_parameter(net::NodeId scale_node, double value, std::string reason) {
  const Initializer rule = parse_initializer(value == 0 ? "zeros" : "constant(" + number_text(value) + ")");
  for (const std::size_t i : parameters_of(scale_node)) set(i, rule, reason);
}

void PlanBuilder::add_multiplier(net::NodeId node, double value, std::string reason) {
  plan_.multipliers.push_back({node, graph_.node(node).name, value, std::move(reason)});
}

Initializer scaled(const Initializer& rule, double factor) {
  if (factor == 1) return rule;
  if (factor == 0) return parse_initializer("zeros");
  return parse_initializer(CallText("scaled").add(rule.text()).add(number_text(factor)).str());
}

Initializer scaled_gates(const Initializer& rule, double query, double key, double value) {
  CallText text("gates");
  for (const double factor : {query, key, value}) text.add(scaled(rule, factor).text());
  return parse_initializer(text.str());
}

Initializer read_rule(CallReader& reader, std::string_view key, std::string_view fallback, Dialect dialect) {
  return parse_initializer(reader.text(key).value_or(std::string(fallback)), dialect);
}

void missing(std::string_view scheme, const std::string& what, const std::string& add) {
  throw Error(ErrorCode::unsupported, "scheme " + std::string(scheme), what + "; " + add);
}

}  // namespace fanin::init
