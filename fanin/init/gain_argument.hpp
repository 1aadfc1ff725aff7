// The argument gain= of the variance-preserving schemes: a positive number, or the name of an
// activation, which means its exact forward gain 1/√E[φ(z)²], z ~ N(0, 1), or of a gated unit such as
// swiglu, for the projection that follows it.
#pragma once

#include <string>
#include <string_view>

#include "fanin/core/call_expr.hpp"

namespace fanin::init {

struct Gain {
  double value = 1;
  std::string text = "1";  ///< canonical: "2", "relu", "leaky_relu(negative_slope=0.2)"
};

/// @throws Error bad_value (not positive and finite), unknown_name (no such activation).
Gain parse_gain(std::string_view text, std::string_view scheme);
/// Reads gain= (or the next position), else parses `fallback`.
Gain read_gain(CallReader& reader, std::string_view scheme, std::string_view fallback);

}  // namespace fanin::init
