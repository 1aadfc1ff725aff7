#include "fanin/experiment/training/start.hpp"

#include <cmath>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/reading.hpp"
#include "fanin/experiment/training/name_rules.hpp"

namespace fanin::experiment {
namespace {

bool is_drawn(const net::ParameterSpec& parameter) {
  return parameter.role == net::ParameterRole::weight || parameter.role == net::ParameterRole::embedding ||
         parameter.role == net::ParameterRole::recurrent;
}

bool reaches_values(const net::ParameterSpec& parameter, Match match) {
  return match == Match::exact || is_drawn(parameter);
}

bool reaches_all(const net::ParameterSpec&, Match) { return true; }

double parse_factor(const NameRule& rule) {
  std::string text = rule.value;
  if (!text.empty() && text.back() == 'x') text.pop_back();
  const std::optional<double> factor = parse_number(text);
  if (factor && *factor >= 0) return *factor;
  throw Error(ErrorCode::bad_value, "--lr-for",
              "'" + rule.pattern + "=" + rule.value + "' needs a factor, such as 100x or 0.1x");
}

std::vector<net::ParameterSpec> specs_of(const init::NetworkPlan& plan) {
  std::vector<net::ParameterSpec> specs;
  for (const init::ParameterPlan& parameter : plan.parameters) specs.push_back(parameter.parameter);
  return specs;
}

}  // namespace

init::NetworkPlan plan_start(const net::Graph& graph, const StartRequest& request) {
  init::NetworkPlan plan = reading("--init", [&] { return init::parse_network_scheme(request.init).plan(graph); });
  const std::vector<net::ParameterSpec> specs = specs_of(plan);
  if (!request.init_for.empty()) {
    const std::vector<NameRule> rules = parse_name_rules(request.init_for, "--init-for");
    const std::vector<const NameRule*> found = rules_of(specs, rules, "--init-for", reaches_values);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (found[i] == nullptr) continue;
      reading("--init-for", [&] {
        plan.parameters[i].rule = init::parse_initializer(found[i]->value);
        static_cast<void>(plan.parameters[i].rule.moments(specs[i]));  // it must fit the tensor
      });
      plan.parameters[i].reason = "--init-for " + found[i]->pattern;
      plan.fixed.push_back(specs[i].name);
    }
  }
  if (!request.learning_rate_for.empty()) {
    const std::vector<NameRule> rules = parse_name_rules(request.learning_rate_for, "--lr-for");
    const std::vector<const NameRule*> found = rules_of(specs, rules, "--lr-for", reaches_all);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (found[i] != nullptr) plan.parameters[i].learning_rate_factor *= parse_factor(*found[i]);
    }
  }
  return plan;
}

std::string canonical_init_for(const std::string& text) {
  if (text.empty()) return text;
  std::string canonical;
  for (const NameRule& rule : parse_name_rules(text, "--init-for")) {
    if (!canonical.empty()) canonical += ',';
    canonical += rule.pattern + "=" + reading("--init-for", [&] { return init::parse_initializer(rule.value).text(); });
  }
  return canonical;
}

}  // namespace fanin::experiment
