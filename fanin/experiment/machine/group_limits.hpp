// What Linux's control groups allow this process, of versions 1 and 2: the limits of a container, of a service, of a
// job on a cluster.
#pragma once

#include <filesystem>
#include <limits>

namespace fanin::experiment {

struct GroupLimits {
  double cpus = std::numeric_limits<double>::infinity();       ///< processors' worth of time
  double memory = std::numeric_limits<double>::infinity();     ///< bytes
  double available = std::numeric_limits<double>::infinity();  ///< bytes of it that nobody holds
};

/// The tightest of the process's group and those above it. What cannot be read limits nothing.
/// @param root  above proc and sys.
GroupLimits look_at_groups(const std::filesystem::path& root);

}  // namespace fanin::experiment
