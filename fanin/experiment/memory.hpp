// What a comparison will take of the machine's memory, roughly, so that an impossible one is refused
// before it starts instead of being killed by the system.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "fanin/engine/optimizer.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::experiment {

/// Bytes that training in `workers` threads takes for parameters, optimizer state, gradients and
/// activations: an estimate from above, exact within a factor of about two.
double training_bytes(const net::Graph& graph, const engine::Optimizer& optimizer, std::int64_t batch_size,
                      std::int64_t workers);

/// Bytes of memory that this process may have: the machine's, or less where a container, a service or a job has a limit
/// (control groups of versions 1 and 2). Infinity where the system does not say.
/// @param system_root  above proc and sys: tests look at machines made of files.
double machine_bytes(const std::filesystem::path& system_root = "/");

/// "0.7 GB", "24 GB": for messages.
std::string in_gigabytes(double bytes);

}  // namespace fanin::experiment
