// The argument gain= of the variance-preserving schemes: a positive number, or the name of an
// activation, which means its exact forward gain 1/√E[φ(z)²], z ~ N(0, 1), or of a gated unit such as
// swiglu, for the projection that follows it.
#pragma once

#include <string>
#include <string_view>

#include "fanin/core/call_expr.hpp"
#include "fanin/init/dialect.hpp"

namespace fanin::init {

struct Gain {
  double value = 1;
  std::string text = "1";  ///< canonical: "2", "relu", "leaky_relu(negative_slope=0.2)"
};

/// @param dialect  pytorch and timm: a named activation means torch.nn.init.calculate_gain.
/// @throws Error bad_value (not positive and finite), unknown_name (no such activation), unsupported
///         (an activation that calculate_gain does not know).
Gain parse_gain(std::string_view text, std::string_view scheme, Dialect dialect = Dialect::fanin);
/// Reads gain= (or the next position), else parses `fallback`. Keras and JAX have no such argument:
/// there only the fallback is taken.
Gain read_gain(CallReader& reader, std::string_view scheme, std::string_view fallback, Dialect dialect);

}  // namespace fanin::init
