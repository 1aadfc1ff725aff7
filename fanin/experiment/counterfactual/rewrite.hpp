// Private to this folder: networks with one thing changed everywhere.
#pragma once

#include <optional>
#include <string>

#include "fanin/net/graph.hpp"

namespace fanin::experiment {

/// The function of the first activation that is not linear; empty: there is none.
std::string first_activation(const net::Graph& graph);
/// Every activation that is not linear replaced, or where all are linear, all; nothing where that changes nothing.
std::optional<net::Graph> with_activation(const net::Graph& graph, const std::string& function);
/// A normalization before every activation that has none: batch norm for images, layer norm else. Nothing where none is
/// missing.
std::optional<net::Graph> with_normalization(const net::Graph& graph);

}  // namespace fanin::experiment
