// The Jacobian of a network's hidden layers by random probes: gradients pushed back through them, and small steps
// pushed forward.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fanin/net/graph.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

/// The part of a network from the output of its first layer with weights to the input of its last one, as a graph of
/// its own: "hidden.input", a bias of zeros in which the gradient can be read, and the nodes between under their names.
struct HiddenPart {
  std::string first;  ///< the node of the whole network whose output goes in
  net::Graph graph;
};
/// Nothing where there are no layers between, or where something passes by the first one.
std::optional<HiddenPart> hidden_part(const net::Graph& graph);

struct JacobianProbe {
  std::vector<float> inputs = {};  ///< [rows, features] of `first`
  std::int64_t rows = 0;
  int gradients = 4;   ///< random gradients pushed back
  int iterations = 3;  ///< of the power iteration
  std::uint64_t seed = 0;
};
/// @param parameter  the values of a parameter of the part.
/// @accuracy  `largest` from below, and with steps of 1 % of a row's size; nothing where a value is not finite.
std::optional<observe::JacobianFacts> jacobian_facts(
    const HiddenPart& part, const JacobianProbe& probe,
    const std::function<std::vector<float>(const std::string&)>& parameter);

}  // namespace fanin::experiment
