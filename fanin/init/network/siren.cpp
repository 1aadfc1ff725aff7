// siren(omega): networks of sines sin(ω₀·(Wx + b)). First weights U(±1/n), the others U(±√(6/n)/ω₀),
// biases 0; the factor ω₀ is a fixed scale node before every sine.
// Source: Sitzmann et al. 2020, arXiv:2006.09661, section 3.2 and supplement 1.5.
#include <algorithm>

#include "fanin/init/network/all.hpp"
#include "fanin/init/network/structure.hpp"
#include "fanin/init/text.hpp"
#include "fanin/net/ops/activation.hpp"

namespace fanin::init {
namespace {

NetworkPlan plan(const net::Graph& graph, const std::string& text, double omega, const Initializer& hidden) {
  PlanBuilder builder(graph, text, RoleRules(hidden));
  bool found = false;
  for (const net::Node& node : graph.nodes()) {
    const auto* activation = dynamic_cast<const net::ActivationOp*>(node.op.get());
    if (activation == nullptr || activation->function().function().name != "sin") continue;
    found = true;
    const std::optional<net::NodeId> multiplier = scale_before_weights(graph, node.inputs.at(0), /*fixed=*/true);
    if (!multiplier) {
      missing("siren", "'" + node.name + "' has no multiplier ω₀ before it",
              "add net::scale(" + number_text(omega) + ")");
    }
    builder.add_multiplier(*multiplier, omega, "ω₀ before a sine");
  }
  if (!found) missing("siren", "the network has no sine", "add net::activation(\"sin\")");
  for (const net::NodeId node : first_weights(graph)) {
    for (const std::size_t index : builder.weights_of(node)) {
      builder.set(index, parse_initializer("siren_first"), "reads the coordinates");
    }
  }
  return builder.finish();
}

NetworkScheme parse(CallReader& reader, Dialect) {
  const double omega = reader.number("omega", 30);
  const Initializer hidden = parse_initializer(CallText("siren_hidden").add_unless("omega", omega, 30).str());
  const std::string text = CallText("siren").add_unless("omega", omega, 30).str();
  return {text, [=](const net::Graph& graph) { return plan(graph, text, omega, hidden); }};
}

}  // namespace

const NetworkSchemeEntry kSirenScheme{
    {"siren", "omega=30", "first U(±1/n), hidden U(±√(6/n)/omega)", "sine activations, each behind a fixed scale",
     "Sitzmann et al. 2020, arXiv:2006.09661", ""},
    parse};

}  // namespace fanin::init
