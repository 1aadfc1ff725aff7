// Initialization of a whole network: schemes that look at the graph (residual branches, first and last
// layers, packed gates) and decide for every parameter. A scheme that needs a multiplier in the network,
// or another learning rate for some tensors, says so in its plan; where the node for a multiplier is
// missing it fails and says what to add.
//
//     const init::NetworkPlan plan = init::parse_network_scheme("gpt2").plan(graph);
//     init::initialize(plan, /*seed=*/1, [&](const auto& parameter, auto values) { … });
//
// A scheme that needs data has a plan with a `fit`; such a plan is drawn and finished in an evaluator.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/init/data_fit.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::init {

/// What a scheme decides for one parameter.
struct ParameterPlan {
  net::ParameterSpec parameter;
  Initializer rule;
  double learning_rate_factor = 1;  ///< on the optimizer's rate (Adam and its kin) for this tensor
  std::string reason;               ///< "residual projection, ÷√24"; empty where the role decides
};

/// The value that a fixed scale node must have.
struct NodeMultiplier {
  net::NodeId node = 0;
  std::string name;  ///< of the node
  double value = 1;
  std::string reason;
};

struct NetworkPlan {
  std::string scheme;                     ///< canonical text
  std::vector<ParameterPlan> parameters;  ///< in the order of graph.parameters()
  std::vector<NodeMultiplier> multipliers;
  NetworkFit fit = {};                  ///< what must follow the drawing, for schemes that need data; else empty
  std::vector<std::string> fixed = {};  ///< parameters, by name, that the fit leaves as drawn
};

/// A parsed scheme. A value type.
class NetworkScheme final {
 public:
  using Planner = std::function<NetworkPlan(const net::Graph&)>;
  NetworkScheme(std::string text, Planner planner) : text_(std::move(text)), planner_(std::move(planner)) {}

  /// @throws Error unsupported (a node the scheme needs is missing), bad_shape.
  [[nodiscard]] NetworkPlan plan(const net::Graph& graph) const;
  /// Canonical text that parses back to the same scheme.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  Planner planner_;
};

struct NetworkSchemeInfo {
  std::string_view name;       ///< "gpt2"
  std::string_view arguments;  ///< with their defaults
  std::string_view formula;
  std::string_view needs;   ///< what the graph must hold; empty: anything
  std::string_view source;  ///< paper
  std::string_view alias;   ///< another name, or empty
};

/// NetworkSchemeInfo::needs of the schemes whose plan has a `fit`.
inline constexpr std::string_view kNeedsData = "data";

/// Every whole-network scheme, in the order `fanin list schemes` prints them.
std::span<const NetworkSchemeInfo> known_network_schemes();

/// A whole-network scheme, or any initializer, which then goes to weights, recurrent weights and embeddings while
/// biases and shifts start at 0 and scales at 1. An embedding has no fans: N(0, 0.02²) where the initializer needs
/// them.
/// @throws Error unknown_name with the nearest names of both kinds, bad_syntax, bad_value, unsupported.
NetworkScheme parse_network_scheme(std::string_view text, Dialect dialect = Dialect::fanin);

/// Draws every parameter of the plan in f32.
/// @param sink  called once per parameter, in the order of the plan.
/// @throws Error unsupported for a plan with a `fit`, which needs an evaluator.
void initialize(const NetworkPlan& plan, std::uint64_t seed,
                const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink);

/// Draws every parameter into `evaluator` and lets the plan's `fit`, where it has one, finish them.
FitReport initialize(const NetworkPlan& plan, std::uint64_t seed, net::Evaluator& evaluator);

/// @throws Error unsupported for a plan with a `fit`, naming the commands that have data.
void refuse_fit(const NetworkPlan& plan);

/// The same graph with the plan's values in its fixed scale nodes; node ids stay.
/// @throws Error bad_value when a multiplier names a node that is no fixed scale.
net::Graph with_multipliers(const net::Graph& graph, std::span<const NodeMultiplier> multipliers);

}  // namespace fanin::init
