#include "fanin/experiment/machine/group_limits.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "fanin/experiment/machine/system_texts.hpp"

namespace fanin::experiment {
namespace {

namespace fs = std::filesystem;

/// A group's folder and those above it, up to `mount`: each may set a limit. Inside a container the group's own path is
/// often missing and only `mount` is there.
std::vector<fs::path> levels_of(const fs::path& mount, const std::string& group) {
  std::vector<fs::path> levels;
  for (fs::path path = fs::path(group).lexically_normal().relative_path(); !path.empty(); path = path.parent_path()) {
    levels.push_back(mount / path);
  }
  levels.push_back(mount);
  return levels;
}

void limit_cpus(GroupLimits& limits, std::optional<double> cpus) {
  if (cpus) limits.cpus = std::min(limits.cpus, *cpus);
}

/// @param most, used  files' names. @param cache  key in memory.stat.
void limit_memory(GroupLimits& limits, const fs::path& level, const char* most, const char* used, const char* cache) {
  const std::optional<std::int64_t> bytes = parse_memory_limit(system_text_of(level / most));
  if (!bytes) return;
  const auto limit = static_cast<double>(*bytes);
  limits.memory = std::min(limits.memory, limit);
  const double held = bytes_in(system_text_of(level / used));
  if (!std::isfinite(held)) return;
  const double files = bytes_in(value_of(system_text_of(level / "memory.stat"), cache));
  const double stays = std::isfinite(files) ? std::max(0.0, held - files) : held;  // files in memory can go
  limits.available = std::min(limits.available, std::max(0.0, limit - stays));
}

}  // namespace

GroupLimits look_at_groups(const fs::path& root) {
  GroupLimits limits;
  const fs::path mount = root / "sys/fs/cgroup";
  const GroupPaths groups = parse_groups(system_text_of(root / "proc/self/cgroup"));
  if (!groups.unified.empty()) {
    for (const fs::path& level : levels_of(mount, groups.unified)) {
      limit_cpus(limits, parse_cpu_max(system_text_of(level / "cpu.max")));
      limit_memory(limits, level, "memory.max", "memory.current", "inactive_file");
    }
  }
  if (!groups.cpu.empty()) {
    for (const char* name : {"cpu", "cpu,cpuacct"}) {
      for (const fs::path& level : levels_of(mount / name, groups.cpu)) {
        limit_cpus(limits, parse_cpu_quota(system_text_of(level / "cpu.cfs_quota_us"),
                                           system_text_of(level / "cpu.cfs_period_us")));
      }
    }
  }
  if (!groups.memory.empty()) {
    for (const fs::path& level : levels_of(mount / "memory", groups.memory)) {
      limit_memory(limits, level, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
    }
  }
  return limits;
}

}  // namespace fanin::experiment
