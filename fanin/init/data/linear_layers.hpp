// Private to this room: the layers whose output is linear in their weight, and how units lie in weight and output.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fanin/net/evaluator.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::init {

/// A dense layer, a convolution, or the output projection of an attention.
struct LinearLayer {
  net::NodeId node = 0;     ///< the op that multiplies by the weight
  net::NodeId output = 0;   ///< the node after which the bias has been added
  std::string name = {};    ///< "layer1"
  std::string weight = {};  ///< parameter: "layer1.weight"
  std::string bias = {};    ///< parameter, or empty
  std::size_t units = 0;
  bool units_last = true;  ///< in the output; else the first axis is the units
  std::size_t groups = 1;  ///< of a transposed convolution, whose weight is [in, out/groups, taps…]
  std::size_t taps = 0;    ///< likewise; 0: the weight's rows are the units

  /// The unit that an element of the weight belongs to.
  [[nodiscard]] std::size_t unit_of_weight(std::size_t element, std::size_t count) const noexcept;
  /// The unit of a feature of the output.
  [[nodiscard]] std::size_t unit_of_feature(std::size_t feature, std::size_t features) const noexcept;
};

/// In the order of the graph. Recurrent layers and embeddings are no linear layers.
std::vector<LinearLayer> linear_layers(const net::Graph& graph);

/// Without the layers whose weight is among `fixed`.
std::vector<LinearLayer> linear_layers_besides(const net::Graph& graph, std::span<const std::string> fixed);

/// Mean and standard deviation of values in a numerically safe way: not finite when a value is not.
struct Spread {
  double mean = 0;
  double std_dev = 0;
};
Spread spread_of(std::span<const float> values) noexcept;

/// The same for each unit of a layer's output [rows, features].
std::vector<Spread> spread_of_units(const LinearLayer& layer, std::span<const float> values, std::size_t features);

/// Spreads of the outputs of several nodes, in one pass. `node` in the layers is what is measured.
std::vector<Spread> measure(net::Evaluator& evaluator, std::span<const LinearLayer> layers);

double norm_of(std::span<const float> values) noexcept;
/// Multiplies a parameter. @return its new norm over the old one: 1 for a parameter of zeros.
void scale_parameter(net::Evaluator& evaluator, const std::string& name, double factor);

}  // namespace fanin::init
