// Private to this room: normalization by name, as descriptions and presets write it.
#pragma once

#include <string_view>

#include "fanin/net/op.hpp"

namespace fanin::net {

/// "none" (null), "batch_norm", "layer_norm", "rms_norm" or "group_norm(groups)", each also without "_norm"
/// and with (epsilon=, affine=). @throws Error unknown_name, bad_value, bad_syntax.
OpPtr parse_norm(std::string_view text);

}  // namespace fanin::net
