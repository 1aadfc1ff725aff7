// What Linux says about a machine in the texts of /proc and /sys, understood from strings. A text that is cut off, of
// another system or plain wrong gives "unknown" and never an error: these facts help, and nothing depends on them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanin::experiment {

struct ProcessorText {
  std::string name;                ///< "AMD EPYC 9654"; empty when the text has none
  std::int64_t logical = 0;        ///< processors that the system sees; 0: unknown
  std::int64_t cores = 0;          ///< distinct pairs of socket and core; 0: unknown
  std::vector<std::string> flags;  ///< of the first one: "avx2", …
};
/// /proc/cpuinfo.
ProcessorText parse_cpuinfo(std::string_view text);

/// The value of a line "key: value" (/proc/meminfo, /proc/self/status) or "key value" (memory.stat), without spaces
/// around it; empty when there is none.
std::string value_of(std::string_view text, std::string_view key);

/// "24684100 kB", "32K", "260M" or "1234", in bytes.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// How many processors "0-3,8,10-11" names; 0 when it is no such list.
std::int64_t parse_cpu_list(std::string_view text);

/// A process's groups in /proc/self/cgroup.
struct GroupPaths {
  std::string unified;  ///< version 2; empty where there is none
  std::string cpu;      ///< version 1's, of the controller cpu
  std::string memory;   ///< version 1's, of the controller memory
};
GroupPaths parse_groups(std::string_view text);

/// Version 2's cpu.max, "200000 100000": 2 processors. None for "max 100000".
std::optional<double> parse_cpu_max(std::string_view text);
/// Version 1's cpu.cfs_quota_us and cpu.cfs_period_us. None for a quota of -1.
std::optional<double> parse_cpu_quota(std::string_view quota, std::string_view period);
/// memory.max or memory.limit_in_bytes. None for "max" and for version 1's way to say the same, near 2^63.
std::optional<std::int64_t> parse_memory_limit(std::string_view text);

/// "madvise" of "always [madvise] never"; empty when none is chosen.
std::string parse_choice(std::string_view text);

/// The file system, "ext4", "nfs4", "overlay", …, on which a path lies.
/// @param mounts  /proc/self/mountinfo.
/// @param path    absolute and without links.
std::string file_system_of(std::string_view mounts, std::string_view path);

/// The text of one of /proc's or /sys's files, up to a megabyte; empty when there is none.
std::string system_text_of(const std::filesystem::path& file);

/// As parse_bytes; infinity where the text is no number of bytes.
double bytes_in(std::string_view text);

}  // namespace fanin::experiment
