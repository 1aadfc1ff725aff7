// The network and the optimizer that a comparison's settings describe.
#pragma once

#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/compare.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::experiment {

/// @param settings  as returned by resolve.
net::Graph network_of(const CompareSettings& settings, const DataSet& data);
engine::Optimizer optimizer_of(const CompareSettings& settings);

}  // namespace fanin::experiment
