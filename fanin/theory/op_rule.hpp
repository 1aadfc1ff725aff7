// How theory carries signals forward and gradients backward through one kind of op. Each op has its
// rule in a file of its name under ops/; op_rule() finds it by the op's kind.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "fanin/core/shape.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::theory {

/// What is known of a node's output, per element, over the draw of the parameters.
struct Signal {
  double mean = 0;           ///< E x
  double second_moment = 1;  ///< E x²
  double cross_moment = 0;   ///< E x x' of two different inputs; NaN when nobody asked
  bool gaussian = false;     ///< a sum over many weights: normal in the wide limit
  bool exact = true;         ///< no rule on the way assumed more than the wide limit

  [[nodiscard]] double variance() const noexcept { return second_moment - mean * mean; }
  /// Of the two inputs' values, about the mean: the c of the correlation map. NaN without variance.
  [[nodiscard]] double correlation() const noexcept { return (cross_moment - mean * mean) / variance(); }
};

/// The distribution a parameter's elements are drawn from: independent, of any shape.
struct ParameterMoments {
  // Implicit from the variance alone, the usual case.
  ParameterMoments(double the_variance = 0, double the_mean = 0) noexcept  // NOLINT(google-explicit-constructor)
      : variance(the_variance), mean(the_mean) {}
  double variance;
  double mean;
};

/// Answers for each parameter of a network.
using ParameterLookup = std::function<ParameterMoments(const net::ParameterSpec&)>;

/// A node in its network, as a rule sees it.
struct RuleInput {
  const net::Node& node;
  std::span<const Signal> inputs;                ///< one per input of the node
  std::span<const ParameterMoments> parameters;  ///< one per parameter of the node, checked
  std::span<const Shape> input_shapes;           ///< one per input of the node
};

struct OpRule {
  std::string_view kind;  ///< net::Op::kind()
  /// The output's signal.
  Signal (*forward)(const RuleInput& in) = nullptr;
  /// Adds to `to_inputs` (one per input) the second moment of ∂L/∂input that `gradient`, the second
  /// moment of ∂L/∂output, sends back, per element. Weights backward count as independent of those forward.
  void (*backward)(const RuleInput& in, double gradient, std::span<double> to_inputs) = nullptr;
  /// Writes E (∂L/∂θ)² per element and per sample for each parameter; null for an op without any.
  void (*parameter_gradients)(const RuleInput& in, double gradient, std::span<double> out) = nullptr;
};

/// Every rule.
std::span<const OpRule* const> op_rules() noexcept;
/// The rule of a node's op. @throws Error unsupported, naming the node, when theory knows no rule for it.
const OpRule& op_rule(const net::Node& node);

}  // namespace fanin::theory
