// The dense shorthand: "784-256-128-10" is 784 inputs, hidden layers of 256 and 128 units with an
// activation, and 10 linear outputs; "784-128x30-10" has 30 hidden layers of 128 units.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fanin/net/activation.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::net {

/// Layer i is called "layer<i>", from 1; it has parameters layer<i>.weight [out, in] and
/// layer<i>.bias [out], and nodes layer<i>.dense, layer<i>.bias, layer<i>.activation.
/// @param widths  at least two, each in [1, 2^24]; at most 2^40 parameters in all.
/// @throws Error bad_shape.
Graph dense_network(const std::vector<std::int64_t>& widths, const Activation& activation);

/// Parses "784-256-128-10", or "784-128x30-10" for 30 widths of 128. @throws Error bad_syntax, bad_shape.
std::vector<std::int64_t> parse_widths(std::string_view text);

}  // namespace fanin::net
