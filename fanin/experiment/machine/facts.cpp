#include "fanin/experiment/machine/facts.hpp"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <thread>

#include "fanin/engine/onednn_version.hpp"
#include "fanin/experiment/data/known.hpp"
#include "fanin/experiment/data/shipped.hpp"
#include "fanin/experiment/machine/system_texts.hpp"
#include "fanin/experiment/store/sqlite_version.hpp"
#include "fanin/io/zlib_version.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

namespace fs = std::filesystem;

// What libgomp, oneDNN and fanin heed.
constexpr std::array kVariables = {"OMP_NUM_THREADS",    "OMP_PROC_BIND",    "OMP_PLACES",     "GOMP_CPU_AFFINITY",
                                   "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_VERBOSE", "DNNL_VERBOSE",
                                   "ONEDNN_JIT_PROFILE", "FANIN_DATA_DIR"};

/// Empty when there is no such file. /proc's files have no size, so it is read to its end, up to a megabyte.
std::string text_of(const fs::path& file) {
  constexpr std::streamsize kMost = 1 << 20;
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMost, '\0');
  stream.read(text.data(), kMost);
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return text;
}

double bytes_in(std::string_view text) {
  const std::optional<std::int64_t> bytes = parse_bytes(text);
  return bytes ? static_cast<double>(*bytes) : std::numeric_limits<double>::infinity();
}

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

void look_at_groups(const fs::path& root, MachineFacts& facts) {
  const fs::path mount = root / "sys/fs/cgroup";
  const GroupPaths groups = parse_groups(text_of(root / "proc/self/cgroup"));
  const auto quota = [&](std::optional<double> cpus) {
    if (cpus) facts.cpu_quota = std::min(facts.cpu_quota, *cpus);
  };
  const auto limit = [&](std::optional<std::int64_t> bytes, double used, double cache) {
    if (!bytes) return;
    const auto most = static_cast<double>(*bytes);
    facts.memory_limit = std::min(facts.memory_limit, most);
    if (!std::isfinite(used)) return;
    const double held = std::isfinite(cache) ? std::max(0.0, used - cache) : used;  // files in memory can go
    facts.memory_available = std::min(facts.memory_available, std::max(0.0, most - held));
  };
  if (!groups.unified.empty()) {
    for (const fs::path& level : levels_of(mount, groups.unified)) {
      quota(parse_cpu_max(text_of(level / "cpu.max")));
      limit(parse_memory_limit(text_of(level / "memory.max")), bytes_in(text_of(level / "memory.current")),
            bytes_in(value_of(text_of(level / "memory.stat"), "inactive_file")));
    }
  }
  if (!groups.cpu.empty()) {
    for (const char* name : {"cpu", "cpu,cpuacct"}) {
      for (const fs::path& level : levels_of(mount / name, groups.cpu)) {
        quota(parse_cpu_quota(text_of(level / "cpu.cfs_quota_us"), text_of(level / "cpu.cfs_period_us")));
      }
    }
  }
  if (!groups.memory.empty()) {
    for (const fs::path& level : levels_of(mount / "memory", groups.memory)) {
      limit(parse_memory_limit(text_of(level / "memory.limit_in_bytes")),
            bytes_in(text_of(level / "memory.usage_in_bytes")),
            bytes_in(value_of(text_of(level / "memory.stat"), "total_inactive_file")));
    }
  }
}

std::vector<MachineCache> caches_of(const fs::path& root) {
  std::vector<MachineCache> caches;
  for (int i = 0; i < 16; ++i) {
    const fs::path folder = root / "sys/devices/system/cpu/cpu0/cache" / ("index" + std::to_string(i));
    const std::optional<std::int64_t> bytes = parse_bytes(text_of(folder / "size"));
    const std::optional<std::int64_t> level = parse_bytes(text_of(folder / "level"));
    if (!bytes || !level || *level < 1 || *level > 9) continue;
    std::string kind = text_of(folder / "type");
    std::erase(kind, '\n');
    caches.push_back({static_cast<int>(*level), std::move(kind), *bytes});
  }
  return caches;
}

OutputFolder look_at_folder(const fs::path& root, const fs::path& path) {
  OutputFolder folder;
  std::error_code error;
  folder.path = fs::absolute(path, error).lexically_normal();
  fs::path there = folder.path;  // the nearest that exists
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  const fs::path canonical = fs::canonical(there, error);
  folder.file_system = file_system_of(text_of(root / "proc/self/mountinfo"), canonical.string());
  const fs::space_info space = fs::space(there, error);
  if (!error) folder.free_bytes = static_cast<double>(space.available);
  folder.writable = fs::is_directory(there, error) && ::access(there.c_str(), W_OK | X_OK) == 0;
  return folder;
}

void look_for_data(MachineFacts& facts) {
  for (KnownSet& set : look_for_known_sets()) facts.data.push_back({std::move(set.name), std::move(set.folder)});
  for (const fs::path& folder : shipped_folders()) {
    std::error_code error;
    if (facts.shipped_data.empty() && fs::is_directory(folder / "text", error)) facts.shipped_data = folder;
  }
}

std::string joined(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {
      {"oneDNN", engine::onednn_version()},
      {"Highway", highway_version()},
      {"Eigen", eigen_version()},
      {"SQLite", sqlite_version()},
      {"zlib", io::loaded_zlib_version()},
      {"nlohmann JSON", joined(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
      {"toml++", joined(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
  };
}

const char* own_environment(const char* name) { return std::getenv(name); }

}  // namespace

std::int64_t MachineFacts::usable_threads() const noexcept {
  std::int64_t usable = allowed > 0 ? allowed : std::max(logical, std::int64_t{1});
  if (cpu_quota < static_cast<double>(usable)) usable = static_cast<std::int64_t>(cpu_quota);
  return std::max(usable, std::int64_t{1});
}

MachineFacts look_at_machine(const MachineQuestions& questions) {
  const fs::path& root = questions.system_root;
  MachineFacts facts;
  ProcessorText processor = parse_cpuinfo(text_of(root / "proc/cpuinfo"));
  facts.processor = std::move(processor.name);
  facts.logical = processor.logical;
  facts.cores = processor.cores;
  facts.flags = std::move(processor.flags);
  facts.caches = caches_of(root);
  facts.simd_target = random::simd_target();
  facts.onednn_instructions = engine::onednn_instruction_set();

  facts.default_threads = std::max(1U, std::thread::hardware_concurrency());
  facts.allowed = parse_cpu_list(value_of(text_of(root / "proc/self/status"), "Cpus_allowed_list"));
  const std::string memory = text_of(root / "proc/meminfo");
  facts.memory_total = bytes_in(value_of(memory, "MemTotal"));
  facts.memory_available = bytes_in(value_of(memory, "MemAvailable"));
  look_at_groups(root, facts);
  facts.large_pages = parse_choice(text_of(root / "sys/kernel/mm/transparent_hugepage/enabled"));

  facts.output = look_at_folder(root, questions.output_folder);
  look_for_data(facts);
  const EnvironmentVariable environment = questions.environment ? questions.environment : own_environment;
  for (const char* name : kVariables) {
    if (const char* value = environment(name); value != nullptr) facts.environment.emplace_back(name, value);
  }
  facts.libraries = library_versions();
  facts.build = build_info();
  return facts;
}

}  // namespace fanin::experiment
