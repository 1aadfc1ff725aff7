// gpt2(std): weights and embeddings N(0, std²), biases 0; the projection that ends each of the L residual
// branches gets std/√L, so that the sum of the branches keeps its variance whatever the depth. A
// transformer block has two branches, which gives the paper's 1/√(2·blocks).
// Source: Radford et al. 2019, section 2.3. The values are drawn with the smaller deviation, not drawn
// and then scaled, so that repeating the initialization changes nothing.
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

NetworkPlan plan(const net::Graph& graph, const std::string& text, double std_dev) {
  const std::vector<ResidualBranch> branches = residual_branches(graph);
  if (branches.empty()) {
    missing("gpt2", "the network has no residual branch", "add net::add() after each branch, or write normal(std=...)");
  }
  PlanBuilder builder(graph, text, RoleRules(parse_initializer("normal(std=" + number_text(std_dev) + ")")));
  const double reduced = std_dev / std::sqrt(static_cast<double>(branches.size()));
  const Initializer rule = parse_initializer("normal(std=" + number_text(reduced) + ")");
  for (const ResidualBranch& branch : branches) {
    for (const net::NodeId node : branch.projections) {
      builder.set(builder.weights_of(node).back(), rule, "residual projection, ÷√" + std::to_string(branches.size()));
    }
  }
  return builder.finish();
}

NetworkScheme parse(CallReader& reader, Dialect) {
  const double std_dev = reader.number("std", 0.02);
  if (!(std_dev > 0 && std_dev <= 1e18)) {
    throw Error(ErrorCode::bad_value, "scheme gpt2",
                "std=" + number_text(std_dev) + " must be above 0 and at most 1e18");
  }
  const std::string text = CallText("gpt2").add_unless("std", std_dev, 0.02).str();
  return {text, [text, std_dev](const net::Graph& graph) { return plan(graph, text, std_dev); }};
}

}  // namespace

const NetworkSchemeEntry kGpt2Scheme{{"gpt2", "std=0.02", "N(0, std²); residual projections std/√(residual branches)",
                                      "residual sums", "Radford et al. 2019", ""},
                                     parse};

}  // namespace fanin::init
