#include "fanin/experiment/machine/facts.hpp"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <thread>

#include "fanin/engine/onednn_version.hpp"
#include "fanin/experiment/data/known.hpp"
#include "fanin/experiment/data/shipped.hpp"
#include "fanin/experiment/machine/group_limits.hpp"
#include "fanin/experiment/machine/system_texts.hpp"
#include "fanin/experiment/store/sqlite_version.hpp"
#include "fanin/io/zlib_version.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

namespace fs = std::filesystem;

// What libgomp, oneDNN and fanin heed.
constexpr std::array kVariables = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",    "OMP_PROC_BIND",
                                   "OMP_PLACES",      "GOMP_CPU_AFFINITY",    "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA",
                                   "ONEDNN_VERBOSE",  "DNNL_VERBOSE",         "ONEDNN_JIT_PROFILE", "FANIN_DATA_DIR"};

std::vector<MachineCache> caches_of(const fs::path& root) {
  std::vector<MachineCache> caches;
  for (int i = 0; i < 16; ++i) {
    const fs::path folder = root / "sys/devices/system/cpu/cpu0/cache" / ("index" + std::to_string(i));
    const std::optional<std::int64_t> bytes = parse_bytes(system_text_of(folder / "size"));
    const std::optional<std::int64_t> level = parse_bytes(system_text_of(folder / "level"));
    if (!bytes || !level || *level < 1 || *level > 9) continue;
    std::string kind = system_text_of(folder / "type");
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
  folder.file_system = file_system_of(system_text_of(root / "proc/self/mountinfo"), canonical.string());
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
  ProcessorText processor = parse_cpuinfo(system_text_of(root / "proc/cpuinfo"));
  facts.processor = std::move(processor.name);
  facts.logical = processor.logical;
  facts.cores = processor.cores;
  facts.flags = std::move(processor.flags);
  facts.caches = caches_of(root);
  facts.simd_target = random::simd_target();
  facts.onednn_instructions = engine::onednn_instruction_set();

  facts.default_threads = std::max(1U, std::thread::hardware_concurrency());
  facts.allowed = parse_cpu_list(value_of(system_text_of(root / "proc/self/status"), "Cpus_allowed_list"));
  const std::string memory = system_text_of(root / "proc/meminfo");
  facts.memory_total = bytes_in(value_of(memory, "MemTotal"));
  facts.memory_available = bytes_in(value_of(memory, "MemAvailable"));
  const GroupLimits limits = look_at_groups(root);
  facts.cpu_quota = limits.cpus;
  facts.memory_limit = limits.memory;
  facts.memory_available = std::min(facts.memory_available, limits.available);
  facts.large_pages = parse_choice(system_text_of(root / "sys/kernel/mm/transparent_hugepage/enabled"));

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
