// Builds a NetworkPlan: starts from the rule of each role, then a scheme overrides what it cares for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/init/network_scheme.hpp"

namespace fanin::init {

/// The rule each role starts with.
struct RoleRules {
  Initializer weight;
  Initializer embedding;
  Initializer recurrent;
  Initializer bias;
  Initializer scale;
  Initializer shift;

  /// `weights` for weights, recurrent weights and embeddings, which start from N(0, 0.02²) where `weights` reads
  /// fans, since they have none; biases and shifts 0, scales 1.
  explicit RoleRules(const Initializer& weights);
  [[nodiscard]] const Initializer& of(net::ParameterRole role) const;
};

class PlanBuilder final {
 public:
  PlanBuilder(const net::Graph& graph, std::string scheme, const RoleRules& rules);

  /// The indices into the plan of a node's parameters.
  [[nodiscard]] std::vector<std::size_t> parameters_of(net::NodeId node) const;
  /// Those with role weight or recurrent.
  [[nodiscard]] std::vector<std::size_t> weights_of(net::NodeId node) const;
  [[nodiscard]] ParameterPlan& at(std::size_t index) { return plan_.parameters.at(index); }

  void set(std::size_t index, const Initializer& rule, std::string reason);
  /// The present rule times a factor.
  void scale(std::size_t index, double factor, std::string reason);
  void set_scale_parameter(net::NodeId scale_node, double value, std::string reason);
  void add_multiplier(net::NodeId node, double value, std::string reason);
  [[nodiscard]] NetworkPlan finish() { return std::move(plan_); }

 private:
  const net::Graph& graph_;
  NetworkPlan plan_;
  std::vector<std::size_t> first_;  ///< of each node, index of its first parameter
};

/// `rule` times `factor`: "scaled(rule, factor)", or the rule itself for 1.
Initializer scaled(const Initializer& rule, double factor);

/// An attention node's packed weight with one factor for each of query, key and value.
Initializer scaled_gates(const Initializer& rule, double query, double key, double value);

/// Reads an argument that names an initializer.
Initializer read_rule(CallReader& reader, std::string_view key, std::string_view fallback, Dialect dialect);

/// What to advise where a branch lacks the multiplier that a scheme sets.
inline constexpr const char* kAddMultiplier =
    "add net::trainable_scale() as its last node; a preset has it with fixup=true or multiplier=true, "
    "a file with op = \"scale\" and trainable = true";

/// Throws unsupported: what the scheme needs is missing; `add` says what to add where.
[[noreturn]] void missing(std::string_view scheme, const std::string& what, const std::string& add);

}  // namespace fanin::init
