// What a comparison will take of the machine's memory, roughly, so that an impossible one is refused
// before it starts instead of being killed by the system.
#pragma once

#include <cstdint>

#include "fanin/engine/optimizer.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::experiment {

/// Bytes that training in `workers` threads takes for parameters, optimizer state, gradients and
/// activations: an estimate from above, exact within a factor of about two.
double training_bytes(const net::Graph& graph, const engine::Optimizer& optimizer, std::int64_t batch_size,
                      std::int64_t workers);

/// Bytes of the machine's memory; infinity where the system does not say.
double machine_bytes();

}  // namespace fanin::experiment
