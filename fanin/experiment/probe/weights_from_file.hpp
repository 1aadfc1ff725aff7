// Parameters read from a file of weights.
#pragma once

#include <filesystem>

#include "fanin/engine/plan.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::experiment {

/// Puts every parameter of the network, found under its name, into the plan, and those statistics that the file has.
/// Tensors that the network does not know are ignored: a checkpoint keeps the optimizer's state beside the weights.
/// @throws Error unknown_name (a parameter is missing), bad_shape, unsupported (element types other than f32, f64, f16
///         and bf16), missing_data, bad_data, io_failure.
void set_weights_from_file(const std::filesystem::path& file, const net::Graph& graph, engine::Plan& plan);

}  // namespace fanin::experiment
