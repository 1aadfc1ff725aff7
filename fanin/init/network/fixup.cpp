// fixup: residual networks without normalization. With L branches, a branch of m weights has its first
// m-1 drawn by He times L^(-1/(2m-2)) and its last zero; the classifier is zero; each branch ends in a
// trainable multiplier that starts at 1. The paper's scalar biases start at 0, as biases do here.
// Source: Zhang, Dauphin & Ma 2019, arXiv:1901.09321, section 3 and algorithm.
#include <cmath>

#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

void plan_branch(PlanBuilder& builder, const net::Graph& graph, const ResidualBranch& branch, std::size_t branches) {
  const std::optional<net::NodeId> multiplier = scale_before_weights(graph, branch.body.back(), /*fixed=*/false);
  if (!multiplier) {
    missing("fixup", "the branch into '" + graph.node(branch.sum).name + "' has no trainable multiplier",
            kAddMultiplier);
  }
  builder.set_scale_parameter(*multiplier, 1, "multiplier of a residual branch");
  std::vector<std::size_t> weights;
  for (const net::NodeId node : branch.body) {
    for (const std::size_t index : builder.weights_of(node)) weights.push_back(index);
  }
  const auto m = static_cast<double>(weights.size());
  const double factor = m > 1 ? std::pow(static_cast<double>(branches), -1 / (2 * m - 2)) : 0;
  const std::string reason =
      "residual branch, ×" + std::to_string(branches) + "^(-1/" + std::to_string(2 * weights.size() - 2) + ")";
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) builder.scale(weights[i], factor, reason);
  builder.set(weights.back(), parse_initializer("zeros"), "last weight of a residual branch");
}

NetworkPlan plan(const net::Graph& graph, const std::string& text, const Initializer& weights) {
  const std::vector<ResidualBranch> branches = residual_branches(graph);
  if (branches.empty()) {
    missing("fixup", "the network has no residual branch", "add net::add() after each branch, or write he_normal");
  }
  PlanBuilder builder(graph, text, RoleRules(weights));
  for (const ResidualBranch& branch : branches) plan_branch(builder, graph, branch, branches.size());
  for (const net::NodeId node : last_weights(graph, graph.output())) {
    if (node < branches.back().sum) continue;  // no classifier after the last branch
    builder.set(builder.weights_of(node).back(), parse_initializer("zeros"), "classifier");
  }
  return builder.finish();
}

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const Initializer weights = read_rule(reader, "weights", "he_normal", dialect);
  const std::string text = CallText("fixup").add_unless("weights", weights.text(), "he_normal").str();
  return {text, [text, weights](const net::Graph& graph) { return plan(graph, text, weights); }};
}

}  // namespace

const NetworkSchemeEntry kFixupScheme{
    {"fixup", "weights=he_normal", "branch weights × L^(-1/(2m-2)), last of each branch and classifier 0",
     "residual sums, each branch ending in a trainable scale", "Zhang et al. 2019, arXiv:1901.09321", ""},
    parse};

}  // namespace fanin::init
