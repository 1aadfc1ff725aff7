// How this library was built: what decides about its speed before any option does.
#pragma once

#include <string>

namespace fanin {

struct BuildInfo {
  std::string compiler;    ///< "GCC 12.2.0"
  std::string build_type;  ///< CMake's: "Release"; empty when none was set
  std::string sanitizers;  ///< "address,undefined"; empty for none
  bool optimized = false;  ///< compiled with -O1 or more
};

BuildInfo build_info();

/// Versions of the libraries that this room was compiled with.
std::string highway_version();
std::string eigen_version();

}  // namespace fanin
