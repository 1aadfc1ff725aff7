// rezero, skipinit: x + α·F(x) with a trainable α that starts at 0, so that the network starts as its
// shortcuts alone; every other parameter by `weights`.
// Source: Bachlechner et al. 2020, arXiv:2003.04887; De & Smith 2020, arXiv:2002.10444 (SkipInit).
#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

NetworkPlan plan(const net::Graph& graph, const std::string& text, const Initializer& weights) {
  const std::vector<ResidualBranch> branches = residual_branches(graph);
  if (branches.empty()) {
    missing("rezero", "the network has no residual branch", "add net::add() after each branch");
  }
  PlanBuilder builder(graph, text, RoleRules(weights));
  for (const ResidualBranch& branch : branches) {
    const std::optional<net::NodeId> multiplier = scale_before_weights(graph, branch.body.back(), /*fixed=*/false);
    if (!multiplier) {
      missing("rezero", "the branch into '" + graph.node(branch.sum).name + "' has no trainable multiplier",
              kAddMultiplier);
    }
    builder.set_scale_parameter(*multiplier, 0, "residual branch starts closed");
  }
  return builder.finish();
}

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  const Initializer weights = read_rule(reader, "weights", "he_normal", dialect);
  const std::string text = CallText("rezero").add_unless("weights", weights.text(), "he_normal").str();
  return {text, [text, weights](const net::Graph& graph) { return plan(graph, text, weights); }};
}

}  // namespace

const NetworkSchemeEntry kRezeroScheme{
    {"rezero", "weights=he_normal", "x + α·F(x), α = 0", "residual sums, each branch ending in a trainable scale",
     "Bachlechner et al. 2020, arXiv:2003.04887", "skipinit"},
    parse};

}  // namespace fanin::init
