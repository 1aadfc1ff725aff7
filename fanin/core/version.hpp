// The version of the library, as it appears in saved results and `fanin --version`.
#pragma once

#include <string_view>

namespace fanin {

/// The same as the CMake project's version; a test holds them together.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace fanin
