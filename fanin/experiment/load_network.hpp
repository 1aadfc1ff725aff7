// The network that a person names:
//
//     784-256-128-10          dense layers of these widths
//     resnet20(norm=none)     a preset, see `fanin list nets`
//     my_net.toml             a description in a file, see docs/networks.md
//
//     const DataSet data = load_data_set("fashion-mnist", {});
//     const net::Graph graph = load_network("lenet5", context_of(data));
//     check_network(graph, data);
//
// A checkpoint keeps net::to_toml(graph), from which the same network comes back without spec, file or data.
#pragma once

#include <string>
#include <string_view>

#include "fanin/experiment/data_set.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/network_context.hpp"

namespace fanin::experiment {

/// What the data say to a network about inputs, outputs and tokens.
net::NetworkContext context_of(const DataSet& data, std::string_view activation = "relu");

/// @param spec     a file's name ends in ".toml", widths begin with a digit; everything else is a preset's call.
/// @throws Error unknown_name with the nearest names; missing_data, io_failure for a file; and those of
///         dense_network, preset_network and network_from_toml; bad_shape when inputs or outputs that the context
///         knows are not the network's.
net::Graph load_network(const std::string& spec, const net::NetworkContext& context);

/// @throws Error bad_shape unless the network takes a row of `data` and answers as its labels or targets do:
///         [outputs], or [positions, outputs] where each position has a label of its own; and unless tokens, and
///         nothing else, go into an embedding that has a row for each.
void check_network(const net::Graph& graph, const DataSet& data);

}  // namespace fanin::experiment
