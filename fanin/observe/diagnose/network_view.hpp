// The layers of a trace as the rules of diagnosis see them: each tensor of weights with what stands around it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fanin/observe/trace.hpp"

namespace fanin::observe {

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

struct WeightedLayer {
  std::string name;               ///< as findings call it
  std::size_t node = 0;           ///< that holds the weights
  std::size_t weight = 0;         ///< its first parameter with fans
  std::size_t bias = kNone;       ///< a parameter
  std::size_t before = 0;         ///< the node whose output the activation takes, else the layer's last node
  std::size_t after = 0;          ///< the activation's node, else `before`
  std::string activation;         ///< that follows: "relu"; empty: none
  std::string input_activation;   ///< whose output the weights multiply; empty: inputs, or a linear layer
  bool nonlinear_input = false;   ///< something nonlinear stands between the weights before and these
  bool input_normalized = false;  ///< what the weights multiply was normalized
  bool normalized = false;        ///< its outputs are normalized, so that its scale does not matter
  bool branch = false;            ///< it lies in a residual branch: its output is added to a shortcut
  bool gated = false;             ///< a scale follows before the sum, as in ReZero and SkipInit
  bool first = false;             ///< multiplies the network's input
  bool output = false;            ///< no weights follow
  bool packed = false;            ///< recurrent cells, attention, gated units: several maps in one node
  bool token_input = false;       ///< multiplies embeddings
};

struct NetworkView {
  std::vector<WeightedLayer> layers;  ///< in the order of execution
  bool residual = false;
};

NetworkView view_of(const Trace& trace);

/// Product over the nodes after `from` and up to `to` of what averages do to a gradient's squared norm: an average over
/// n values divides it by n. 1 where nothing averages.
double averaging_between(const Trace& trace, const TraceStep& step, std::size_t from, std::size_t to);

bool is_normalization(const TraceNode& node) noexcept;
/// Rectifiers without a slope on the negative side: a unit can be off for every input.
bool can_die(const std::string& activation) noexcept;
/// Bounded functions such as tanh and sigmoid, whose slope vanishes far out.
bool saturates(const std::string& activation) noexcept;

}  // namespace fanin::observe
