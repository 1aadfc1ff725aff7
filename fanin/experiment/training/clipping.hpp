// Ways to clip gradients, as people name them.
#pragma once

#include <span>
#include <string_view>

#include "fanin/engine/plan.hpp"

namespace fanin::experiment {

/// "none", "value", "norm" or "global_norm". @throws Error unknown_name naming --clip, with the nearest names.
engine::Clipping parse_clipping(std::string_view text);

struct ClippingInfo {
  std::string_view name;
  std::string_view formula;
  std::string_view source;
};
/// In the order of `fanin list clipping`; g is a parameter's gradient, G all of them together.
std::span<const ClippingInfo> known_clippings() noexcept;

}  // namespace fanin::experiment
