// A network's part of a trace: its nodes and parameters as diagnosis reads them, and how their tensors divide among
// units. The units of a convolution are its channels; every position of a sequence is a row.
#pragma once

#include <cstdint>

#include "fanin/net/graph.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::observe {

/// A trace with the graph, its nodes and its parameters, and nothing measured yet.
Trace describe(const net::Graph& graph);

/// How a tensor divides among units: [outer, units, inner], row-major.
struct UnitLayout {
  std::int64_t outer = 1;
  std::int64_t units = 1;
  std::int64_t inner = 1;
};
/// Of each node's output for one sample, in the order of the nodes.
std::vector<UnitLayout> node_layouts(const net::Graph& graph);
/// Of a parameter with an output axis; units = 0 for one without, such as a bias.
UnitLayout parameter_layout(const net::ParameterSpec& parameter);

}  // namespace fanin::observe
