// Networks that people know by name, built for the data at hand:
//
//     net::preset_network("resnet20(norm=none, fixup=true)", {.input = {3, 32, 32}, .outputs = 10})
//
// Every preset calls its last layer "head" and takes its input's shape and its outputs from the context; where
// the context does not know them, from the paper.
#pragma once

#include <span>
#include <string_view>

#include "fanin/net/graph.hpp"
#include "fanin/net/network_context.hpp"

namespace fanin::net {

struct PresetInfo {
  std::string_view name;
  std::string_view arguments;  ///< with their defaults: "depth=2, width=128, norm=none"
  std::string_view description;
  std::string_view source;  ///< paper
};

/// In the order of `fanin list nets`.
std::span<const PresetInfo> known_presets();
bool is_preset(std::string_view name) noexcept;

/// @param text  "lenet5", "mlp(30, 128, norm=batch)".
/// @throws Error unknown_name, bad_value, bad_syntax; bad_shape naming the node when the input does not suit.
Graph preset_network(std::string_view text, const NetworkContext& context);

}  // namespace fanin::net
