// What `fanin list initializers` prints: every scheme that parse_initializer knows.
#pragma once

#include <span>
#include <string_view>

namespace fanin::init {

struct InitializerInfo {
  std::string_view name;       ///< "he_normal"
  std::string_view arguments;  ///< with their defaults: "gain=relu, mode=fan_in"
  std::string_view formula;    ///< "N(0, gain²/fan)"
  std::string_view source;     ///< paper
  std::string_view alias;      ///< another name for the same scheme, or empty: "kaiming_normal"
};

/// Every initializer, in the order of the literature.
std::span<const InitializerInfo> known_initializers();

}  // namespace fanin::init
