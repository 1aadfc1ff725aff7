// Machines made of files: version 1 and version 2 of control groups, in a container and outside.
#include "fanin/experiment/machine/facts.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "fanin/experiment/memory.hpp"

namespace fanin::experiment {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Not;
using ::testing::Pair;

class MadeMachine : public ::testing::Test {
 protected:
  MadeMachine() : root_(fs::path(::testing::TempDir()) / ("fanin_machine_" + std::to_string(::getpid()))) {
    fs::create_directories(root_);
    put("proc/cpuinfo",
        "processor : 0\nmodel name : A CPU\nphysical id : 0\ncore id : 0\nflags : sse2 avx2 fma\n"
        "processor : 1\nmodel name : A CPU\nphysical id : 0\ncore id : 0\n");
    put("proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 3145728 kB\n");
    put("proc/self/status", "Name: x\nCpus_allowed_list:\t0-1\n");
    put("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
    put("sys/devices/system/cpu/cpu0/cache/index0/level", "1\n");
    put("sys/devices/system/cpu/cpu0/cache/index0/size", "48K\n");
    put("sys/devices/system/cpu/cpu0/cache/index0/type", "Data\n");
  }
  ~MadeMachine() override { fs::remove_all(root_); }

  void put(const fs::path& file, std::string_view text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  MachineFacts look() const {
    return look_at_machine({.output_folder = root_ / "not/yet", .system_root = root_, .environment = variables});
  }
  static const char* variables(const char* name) { return std::string_view(name) == "OMP_NUM_THREADS" ? "3" : nullptr; }

  fs::path root_;
};

TEST_F(MadeMachine, IsReadFromItsFiles) {
  const MachineFacts facts = look();
  EXPECT_EQ(facts.processor, "A CPU");
  EXPECT_EQ(facts.logical, 2);
  EXPECT_EQ(facts.cores, 1);
  EXPECT_EQ(facts.allowed, 2);
  EXPECT_EQ(facts.usable_threads(), 2);
  ASSERT_EQ(facts.caches.size(), 1U);
  EXPECT_EQ(facts.caches[0].bytes, 48 * 1024);
  EXPECT_EQ(facts.caches[0].kind, "Data");
  EXPECT_EQ(facts.memory_total, 4.0 * (1LL << 30));
  EXPECT_EQ(facts.memory_available, 3.0 * (1LL << 30));
  EXPECT_TRUE(std::isinf(facts.memory_limit));
  EXPECT_TRUE(std::isinf(facts.cpu_quota));
  EXPECT_EQ(facts.large_pages, "never");
  EXPECT_THAT(facts.environment, Contains(Pair("OMP_NUM_THREADS", "3")));
  EXPECT_THAT(facts.environment, Not(Contains(Pair("DNNL_VERBOSE", ::testing::_))));
}

TEST_F(MadeMachine, AVersion2GroupAndThoseAboveItLimit) {
  put("proc/self/cgroup", "0::/a/b\n");
  put("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/a/b/memory.max", "2147483648\n");
  put("sys/fs/cgroup/a/b/memory.current", "1610612736\n");
  put("sys/fs/cgroup/a/b/memory.stat", "anon 1\ninactive_file 536870912\n");
  const MachineFacts facts = look();
  EXPECT_EQ(facts.cpu_quota, 1.5);
  EXPECT_EQ(facts.usable_threads(), 1);
  EXPECT_EQ(facts.memory_limit, 2147483648.0);
  EXPECT_EQ(facts.memory_available, 1073741824.0);  // 2 GiB less 1.5 GiB, of which half a GiB are files in memory
}

TEST_F(MadeMachine, AContainersVersion1GroupIsAtTheMountItself) {
  put("proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
  put("sys/fs/cgroup/memory/memory.usage_in_bytes", "1073741824\n");
  const MachineFacts facts = look();
  EXPECT_EQ(facts.cpu_quota, 0.5);
  EXPECT_EQ(facts.usable_threads(), 1);
  EXPECT_EQ(facts.memory_limit, 1073741824.0);
  EXPECT_EQ(facts.memory_available, 0.0);
  EXPECT_EQ(machine_bytes(root_), 1073741824.0);
}

TEST_F(MadeMachine, GivesAPlanNoMoreMemoryThanItsGroupsAllow) {
  const double all = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  EXPECT_EQ(machine_bytes(root_), all);
  put("proc/self/cgroup", "0::/a/b\n");
  put("sys/fs/cgroup/a/b/memory.max", "max\n");
  EXPECT_EQ(machine_bytes(root_), all);
  put("sys/fs/cgroup/a/memory.max", "268435456\n");  // of the group above
  EXPECT_EQ(machine_bytes(root_), 268435456.0);
  put("sys/fs/cgroup/a/b/memory.max", "1048576\n");
  EXPECT_EQ(machine_bytes(root_), 1048576.0);
  put("sys/fs/cgroup/a/b/memory.max", "some words\n");
  EXPECT_EQ(machine_bytes(root_), 268435456.0);
  EXPECT_EQ(in_gigabytes(machine_bytes(root_)), "0.3 GB");
  EXPECT_EQ(in_gigabytes(24.4e9), "24 GB");
}

TEST_F(MadeMachine, AnOutputFolderThatDoesNotExistIsJudgedByTheOneAbove) {
  put("proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/sda rw\n2 1 0:2 / " + fs::canonical(root_).string() +
                                 " rw shared:1 - nfs4 server:/x rw\n");
  const MachineFacts facts = look();
  EXPECT_EQ(facts.output.file_system, "nfs4");
  EXPECT_TRUE(facts.output.writable);
  EXPECT_TRUE(std::isfinite(facts.output.free_bytes));
  EXPECT_EQ(facts.output.path, fs::absolute(root_ / "not/yet"));
}

TEST_F(MadeMachine, AFileWhereTheOutputFolderShouldBeTakesNothing) {
  put("file", "x");
  EXPECT_FALSE(look_at_machine({.output_folder = root_ / "file/below", .system_root = root_}).output.writable);
}

TEST(Machine, ThisOneNamesItsLibrariesAndInstructions) {
  const MachineFacts facts = look_at_machine({.output_folder = "."});
  EXPECT_FALSE(facts.simd_target.empty());
  EXPECT_FALSE(facts.onednn_instructions.empty());
  EXPECT_GE(facts.usable_threads(), 1);
  for (const auto& [name, version] : facts.libraries) {
    EXPECT_FALSE(version.empty()) << name;
    EXPECT_TRUE(version[0] >= '0' && version[0] <= '9') << name << " " << version;
  }
  EXPECT_GE(facts.libraries.size(), 7U);
}

}  // namespace
}  // namespace fanin::experiment
