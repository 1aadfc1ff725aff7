// What a network's activations and gradients will look like at initialization, from its description
// and the variance of each parameter alone: second moments layer by layer, in the wide limit.
//
//     const theory::Prediction he = theory::predict(graph, [](const net::ParameterSpec& p) {
//       return theory::ParameterMoments(p.has_fans() ? 2.0 / net::fans(p).fan_in : 0);
//     });
//     he.node(graph.output()).signal.second_moment;
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fanin/net/graph.hpp"
#include "fanin/theory/op_rule.hpp"

namespace fanin::theory {

struct PredictOptions {
  double input_mean = 0;           ///< of the elements of every input node
  double input_second_moment = 1;  ///< >= input_mean²
  /// Of two inputs' elements about the mean, in [-1, 1]: when given, the correlation is followed too
  /// (milliseconds per activation).
  std::optional<double> input_correlation = {};
  double output_gradient_second_moment = 1;  ///< of ∂L/∂(output element), per sample
};

struct NodePrediction {
  std::string name;
  Signal signal;                      ///< of the node's output
  double gradient_second_moment = 0;  ///< of ∂L/∂(element of the node's output), per sample; 0 if it feeds nothing
};

struct ParameterPrediction {
  std::string name;
  double gradient_second_moment = 0;  ///< of ∂L/∂(element), one sample
};

struct Prediction {
  std::vector<NodePrediction> nodes;            ///< in the order of the graph
  std::vector<ParameterPrediction> parameters;  ///< in the order of the graph

  [[nodiscard]] const NodePrediction& node(net::NodeId id) const { return nodes.at(id); }
  /// @throws Error unknown_name.
  [[nodiscard]] const NodePrediction& node(std::string_view name) const;
  [[nodiscard]] const ParameterPrediction& parameter(std::string_view name) const;
};

/// Overflow and underflow with depth are values: infinities, NaN and zeros in the prediction.
/// @throws Error bad_value for moments that no distribution has (options or parameters), unsupported for an op
///         without a rule.
/// @accuracy  exact in the limit of infinite width (activations at layer l: relative O(l/width)), where every
///            `signal.exact` holds; gradients assume weights independent of those of the forward pass.
/// @source    Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232, section 4.
Prediction predict(const net::Graph& graph, const ParameterLookup& parameters, const PredictOptions& options = {});

/// A lookup from a table of variances by parameter name, means zero. The lookup throws Error unknown_name,
/// with the nearest names, for a parameter that the table lacks.
ParameterLookup variances_by_name(std::map<std::string, double, std::less<>> variances);

}  // namespace fanin::theory
