// Networks described in TOML. docs/networks.md is the reference of the format.
//
//     [[layer]]
//     name = "hidden"
//     op = "dense"
//     units = 100
//     activation = "relu"
//
//     [[layer]]
//     op = "dense"
//     units = "outputs"
#pragma once

#include <string>
#include <string_view>

#include "fanin/net/graph.hpp"
#include "fanin/net/network_context.hpp"

namespace fanin::net {

/// The network that `text` describes.
/// @param source   the file's name, for messages.
/// @param context  what the text may leave open: the input's shape, `outputs`, `vocabulary`.
/// @throws Error naming source, line and layer: bad_syntax, bad_value, bad_shape, unknown_name; bad_data for
///         a text beyond its limits (64 MiB, 500,000 nodes, 2^40 parameters).
Graph network_from_toml(std::string_view text, std::string_view source, const NetworkContext& context);

/// A text from which network_from_toml builds the very same graph, whatever the context: every node is a
/// layer, every size a number. For people it is long; a checkpoint keeps it.
/// @throws Error unsupported for a graph with several inputs, or with a node that nothing reads.
std::string to_toml(const Graph& graph);

}  // namespace fanin::net
