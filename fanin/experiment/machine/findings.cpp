#include "fanin/experiment/machine/findings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

namespace fanin::experiment {
namespace {

using Findings = std::vector<MachineFinding>;

constexpr double kGiB = 1024.0 * 1024 * 1024;
constexpr double kLittleMemory = 1 * kGiB;  // Fashion-MNIST and a small network take a third of that
constexpr double kLittleDisk = 1 * kGiB;

// Locks and shared memory of a WAL do not work across machines: https://www.sqlite.org/wal.html, "Overview", 3.
constexpr std::array<std::string_view, 13> kNetworkFileSystems = {
    "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "glusterfs", "beegfs"};

std::string with_one_decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  std::string out = text.data();
  return out.ends_with(".0") ? out.substr(0, out.size() - 2) : out;
}

std::string gib(double bytes) { return with_one_decimal(bytes / kGiB) + " GiB"; }

std::string variable(const MachineFacts& facts, std::string_view name) {
  for (const auto& [key, value] : facts.environment) {
    if (key == name) return value;
  }
  return {};
}

bool has_flag(const MachineFacts& facts, std::string_view flag) {
  return std::ranges::find(facts.flags, flag) != facts.flags.end();
}

void judge_build(const MachineFacts& facts, Findings& findings) {
  if (!facts.build.optimized) {
    findings.push_back({"debug_build", true,
                        "this fanin was compiled without optimization (build type '" + facts.build.build_type +
                            "'): it runs many times slower",
                        "build it with -DCMAKE_BUILD_TYPE=Release, or by `make compare`"});
  }
  if (!facts.build.sanitizers.empty()) {
    findings.push_back({"sanitizer_build", true,
                        "this fanin was built with sanitizers (" + facts.build.sanitizers +
                            "), which look for faults of its own and make it several times slower",
                        "build it without FANIN_SANITIZE"});
  }
}

void judge_threads(const MachineFacts& facts, Findings& findings) {
  const std::int64_t usable = facts.usable_threads();
  const std::string count = std::to_string(usable);
  const std::string started = std::to_string(facts.default_threads);
  if (facts.cpu_quota < static_cast<double>(facts.default_threads)) {
    findings.push_back({"cpu_quota", true,
                        "the container may use " + with_one_decimal(facts.cpu_quota) +
                            " processors' worth of time, and " + started +
                            " are visible: as many threads start and are stopped again and again",
                        "give --workers or --threads " + count +
                            ", or raise the container's limit (docker run --cpus " + started + ")"});
  }
  if (facts.allowed > 0 && facts.allowed < facts.default_threads) {
    std::string bound;
    for (const char* name : {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"}) {
      if (const std::string value = variable(facts, name); !value.empty() && value != "false") {
        bound.append(bound.empty() ? "" : " and ").append(name).append("=").append(value);
      }
    }
    const std::string allowed = std::to_string(facts.allowed);
    findings.push_back(
        {bound.empty() ? "cpu_affinity" : "openmp_binding", true,
         "this process may run on " + allowed + " of " + started + " processors" +
             (bound.empty() ? "" : ": " + bound + " has OpenMP bind it at its start, and all threads inherit that"),
         bound.empty() ? "start it without taskset, or give --workers or --threads " + count
                       : "unset these variables; fanin divides its own work, and oneDNN runs in its threads"});
  }
  std::string threads;
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    const std::string value = variable(facts, name);
    if (!value.empty()) threads.append(threads.empty() ? "" : " and ").append(name).append("=").append(value);
  }
  if (!threads.empty()) {
    findings.push_back({"openmp_threads", false,
                        threads +
                            " does not count for fanin: its threads are its own, with oneDNN on one thread in each, "
                            "and it calls no BLAS",
                        "give --workers or --threads"});
  }
}

void judge_instructions(const MachineFacts& facts, Findings& findings) {
  const bool has_avx2 = has_flag(facts, "avx2") && has_flag(facts, "fma");
  const bool is_x86 = has_flag(facts, "sse2");
  const bool wide = facts.simd_target.starts_with("AVX");
  if (is_x86 && !has_avx2) {
    findings.push_back(
        {"no_avx2", true,
         "the processor shows no AVX2, so kernels run on " + facts.simd_target + ", at half the speed or less",
         "in a virtual machine, have it show the host's processor (qemu -cpu host)"});
  } else if (is_x86 && !wide) {
    findings.push_back({"simd_target", true, "the processor has AVX2, and fanin's kernels run on " + facts.simd_target,
                        "build fanin without HWY_DISABLED_TARGETS, and run it on a system that saves AVX registers"});
  }
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const std::string value = variable(facts, name);
    if (value.empty() || value == "ALL" || value == "DEFAULT") continue;
    findings.push_back({"onednn_limited", true,
                        std::string(name) + "=" + value + " has oneDNN use " + facts.onednn_instructions +
                            " at most, whatever the processor can do",
                        std::string("unset ") + name});
  }
  for (const char* name : {"ONEDNN_VERBOSE", "DNNL_VERBOSE"}) {
    const std::string value = variable(facts, name);
    if (value.empty() || value == "0" || value == "none") continue;
    findings.push_back({"onednn_verbose", true,
                        std::string(name) + "=" + value +
                            " has oneDNN print a line for every product it computes, on "
                            "standard output, where --json goes too",
                        std::string("unset ") + name});
  }
}

void judge_memory(const MachineFacts& facts, Findings& findings) {
  if (facts.memory_available < kLittleMemory) {
    findings.push_back({"little_memory", true, "only " + gib(facts.memory_available) + " of memory are available",
                        "end other programs, or train with fewer --workers, a smaller --batch-size, or --limit-train"});
  }
  if (facts.memory_limit < facts.memory_total) {
    findings.push_back({"memory_limit", false,
                        "the container may have " + gib(facts.memory_limit) + " of the machine's " +
                            gib(facts.memory_total) + "; a command that wants more is killed without a word",
                        "when a command ends with status 137, raise the limit or give fewer --workers"});
  }
  if (facts.large_pages == "never") {
    findings.push_back({"large_pages", false,
                        "transparent large pages are switched off, so gathering rows of a large data set is slower",
                        "as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"});
  }
}

void judge_output(const OutputFolder& output, Findings& findings) {
  const std::string path = output.path.string();
  if (!output.writable) {
    findings.push_back({"output_folder", true, path + " cannot be written", "name another folder with --out"});
  }
  if (output.free_bytes < kLittleDisk) {
    findings.push_back({"little_disk", true, "only " + gib(output.free_bytes) + " are free where " + path + " lies",
                        "free some, or name a folder on another disk with --out"});
  }
  const std::string& system = output.file_system;
  if (std::ranges::find(kNetworkFileSystems, system) != kNetworkFileSystems.end() || system.starts_with("fuse.")) {
    findings.push_back({"network_folder", true,
                        path + " is on " + system +
                            ": the store (fanin.sqlite) keeps a write-ahead log, whose locks do "
                            "not hold across machines, and another machine's writing can damage it",
                        "write to a local disk with --out and copy, or let one machine alone write there"});
  } else if (system == "overlay" || system == "tmpfs" || system == "ramfs") {
    findings.push_back({"passing_folder", false,
                        path + " is on " + system +
                            (system == "overlay" ? ", a container's own layer: what is written there ends with the "
                                                   "container"
                                                 : ", in memory: what is written there ends with the machine's run"),
                        "keep results elsewhere with --out, in a container on a mounted folder (docker run -v)"});
  }
}

void judge_data(const MachineFacts& facts, Findings& findings) {
  const auto found = std::ranges::find(facts.data, "fashion-mnist", &FoundData::name);
  if (found == facts.data.end() || found->folder.empty()) {
    findings.push_back(
        {"no_fashion_mnist", false, "Fashion-MNIST, the data of the default experiment, is not here",
         "apt-get install dataset-fashion-mnist, or put its four files in ~/.cache/fanin/fashion-mnist"});
  }
  if (facts.shipped_data.empty()) {
    findings.push_back({"no_shipped_data", false, "the text that comes with fanin is in none of its folders",
                        "install fanin by `cmake --install`, or name the folder in FANIN_DATA_DIR"});
  }
}

}  // namespace

std::vector<MachineFinding> judge_machine(const MachineFacts& facts) {
  Findings findings;
  judge_build(facts, findings);
  judge_threads(facts, findings);
  judge_instructions(facts, findings);
  judge_memory(facts, findings);
  judge_output(facts.output, findings);
  judge_data(facts, findings);
  std::ranges::stable_partition(findings, &MachineFinding::hurts);
  return findings;
}

}  // namespace fanin::experiment
