#include "fanin/core/build_info.hpp"

#include <hwy/highway.h>

#include <Eigen/Core>

namespace fanin {
namespace {

#ifdef __OPTIMIZE__
constexpr bool kOptimized = true;
#else
constexpr bool kOptimized = false;
#endif

#ifdef __clang__
constexpr const char* kCompiler = "";  // __VERSION__ begins with its name
#else
constexpr const char* kCompiler = "GCC ";
#endif

std::string joined(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

BuildInfo build_info() {
  return {.compiler = std::string(kCompiler) + __VERSION__,
          .build_type = FANIN_BUILD_TYPE,
          .sanitizers = FANIN_SANITIZERS,
          .optimized = kOptimized};
}

std::string highway_version() { return joined(HWY_MAJOR, HWY_MINOR, HWY_PATCH); }

std::string eigen_version() { return joined(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION); }

}  // namespace fanin
