// What decides, besides the settings, how fast fanin runs here and whether its results can be kept: processor, threads,
// memory, output folder, data, libraries. `fanin doctor` shows it; findings.hpp judges it.
//
//     const MachineFacts facts = look_at_machine({.output_folder = "runs"});
//     for (const MachineFinding& finding : judge_machine(facts)) …
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/build_info.hpp"

namespace fanin::experiment {

/// Looks up an environment variable; null when it is not set.
using EnvironmentVariable = const char* (*)(const char* name);

struct MachineQuestions {
  std::filesystem::path output_folder;        ///< need not exist yet
  std::filesystem::path system_root = "/";    ///< above proc and sys: tests look at machines made of files
  EnvironmentVariable environment = nullptr;  ///< null: the process's
};

struct MachineCache {
  int level = 0;
  std::string kind;  ///< "Data", "Instruction", "Unified"
  std::int64_t bytes = 0;
};

struct OutputFolder {
  std::filesystem::path path;  ///< absolute
  std::string file_system;     ///< "ext4", "nfs4", …; empty: unknown
  double free_bytes = std::numeric_limits<double>::infinity();
  bool writable = true;  ///< it, or the nearest folder above that exists
};

struct FoundData {
  std::string name;
  std::filesystem::path folder;  ///< empty: in none of the usual places
};

struct MachineFacts {
  std::string processor;             ///< empty: unknown
  std::int64_t logical = 0;          ///< processors; 0: unknown
  std::int64_t cores = 0;            ///< 0: unknown
  std::vector<std::string> flags;    ///< instruction sets as the system names them
  std::vector<MachineCache> caches;  ///< of the first processor
  std::string simd_target;           ///< that Highway chose: "AVX3", "AVX2", …
  std::string onednn_instructions;   ///< that oneDNN may use: "avx512_core", …

  std::int64_t default_threads = 1;                            ///< that commands start when no option says how many
  std::int64_t allowed = 0;                                    ///< processors that this process may run on; 0: unknown
  double cpu_quota = std::numeric_limits<double>::infinity();  ///< processors' worth of time that the container has

  double memory_total = std::numeric_limits<double>::infinity();      ///< bytes
  double memory_limit = std::numeric_limits<double>::infinity();      ///< bytes that the container may have
  double memory_available = std::numeric_limits<double>::infinity();  ///< bytes, within that limit too
  std::string large_pages;  ///< transparent ones: "always", "madvise", "never"; empty: unknown

  OutputFolder output;
  std::vector<FoundData> data;                                   ///< the sets that go by a name
  std::filesystem::path shipped_data;                            ///< what comes with fanin; empty: not found
  std::vector<std::pair<std::string, std::string>> environment;  ///< set, and of influence
  std::vector<std::pair<std::string, std::string>> libraries;    ///< name, version
  BuildInfo build = {};

  /// Whole processors that threads of this process can keep busy, >= 1.
  [[nodiscard]] std::int64_t usable_threads() const noexcept;
};

MachineFacts look_at_machine(const MachineQuestions& questions);

}  // namespace fanin::experiment
