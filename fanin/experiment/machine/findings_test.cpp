#include "fanin/experiment/machine/findings.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kGiB = 1024.0 * 1024 * 1024;

// A machine without any trap.
MachineFacts good() {
  MachineFacts facts;
  facts.logical = facts.allowed = facts.default_threads = 8;
  facts.flags = {"sse2", "avx2", "fma", "avx512f"};
  facts.simd_target = "AVX3";
  facts.onednn_instructions = "avx512_core";
  facts.memory_total = 32 * kGiB;
  facts.memory_available = 20 * kGiB;
  facts.large_pages = "madvise";
  facts.output = {"/home/me/runs", "ext4", 100 * kGiB, true};
  facts.data = {{"fashion-mnist", "/usr/share/datasets/fashion-mnist"}};
  facts.shipped_data = "/usr/share/fanin";
  facts.build = {"GCC 12.2.0", "Release", "", true};
  return facts;
}

std::vector<std::string> names(const MachineFacts& facts) {
  std::vector<std::string> names;
  for (const MachineFinding& finding : judge_machine(facts)) {
    EXPECT_FALSE(finding.found.empty());
    EXPECT_FALSE(finding.remedy.empty());
    names.push_back(finding.name);
  }
  return names;
}

bool hurts(const MachineFacts& facts) { return std::ranges::any_of(judge_machine(facts), &MachineFinding::hurts); }

TEST(MachineFindings, AGoodMachineHasNone) { EXPECT_THAT(names(good()), IsEmpty()); }

TEST(MachineFindings, AMachineThatTellsNothingIsNotAccused) {
  MachineFacts facts;
  facts.build.optimized = true;
  facts.data = good().data;
  facts.shipped_data = good().shipped_data;
  EXPECT_THAT(names(facts), IsEmpty());
}

TEST(MachineFindings, ASlowBuildHurts) {
  MachineFacts facts = good();
  facts.build = {"GCC 12.2.0", "Debug", "address,undefined", false};
  EXPECT_THAT(names(facts), ElementsAre("debug_build", "sanitizer_build"));
  EXPECT_TRUE(hurts(facts));
}

TEST(MachineFindings, AContainersQuotaBelowTheVisibleProcessorsHurts) {
  MachineFacts facts = good();
  facts.cpu_quota = 2.5;
  EXPECT_EQ(facts.usable_threads(), 2);
  const std::vector<MachineFinding> findings = judge_machine(facts);
  ASSERT_THAT(names(facts), ElementsAre("cpu_quota"));
  EXPECT_THAT(findings[0].found, HasSubstr("2.5 processors"));
  EXPECT_THAT(findings[0].remedy, HasSubstr("--threads 2"));
  facts.cpu_quota = 0.5;
  EXPECT_EQ(facts.usable_threads(), 1);
  facts.cpu_quota = 8;  // as many as there are
  EXPECT_THAT(names(facts), IsEmpty());
}

TEST(MachineFindings, ABoundProcessHurtsAndTheVariableThatBindsItIsNamed) {
  MachineFacts facts = good();
  facts.allowed = 1;
  EXPECT_THAT(names(facts), ElementsAre("cpu_affinity"));
  facts.environment = {{"OMP_PROC_BIND", "true"}};
  ASSERT_THAT(names(facts), ElementsAre("openmp_binding"));
  EXPECT_THAT(judge_machine(facts)[0].found, HasSubstr("OMP_PROC_BIND=true"));
  facts.environment = {{"OMP_PROC_BIND", "false"}};
  EXPECT_THAT(names(facts), ElementsAre("cpu_affinity"));
}

TEST(MachineFindings, OpenMpsNumberOfThreadsIsWorthKnowingOnly) {
  MachineFacts facts = good();
  facts.environment = {{"OMP_NUM_THREADS", "4"}};
  EXPECT_THAT(names(facts), ElementsAre("openmp_threads"));
  facts.environment = {{"OPENBLAS_NUM_THREADS", "4"}, {"MKL_NUM_THREADS", "2"}};
  EXPECT_THAT(names(facts), ElementsAre("openmp_threads"));
  EXPECT_FALSE(hurts(facts));
}

TEST(MachineFindings, NarrowInstructionsHurt) {
  MachineFacts facts = good();
  facts.simd_target = "SSE4";
  EXPECT_THAT(names(facts), ElementsAre("simd_target"));
  facts.flags = {"sse2"};
  EXPECT_THAT(names(facts), ElementsAre("no_avx2"));
  facts.flags = {"neon"};  // another architecture
  facts.simd_target = "NEON";
  EXPECT_THAT(names(facts), IsEmpty());
}

TEST(MachineFindings, LimitsAndChatterOfOneDnnHurt) {
  MachineFacts facts = good();
  facts.environment = {{"ONEDNN_MAX_CPU_ISA", "SSE41"}, {"DNNL_VERBOSE", "1"}};
  EXPECT_THAT(names(facts), ElementsAre("onednn_limited", "onednn_verbose"));
  facts.environment = {{"ONEDNN_MAX_CPU_ISA", "ALL"}, {"DNNL_VERBOSE", "0"}};
  EXPECT_THAT(names(facts), IsEmpty());
}

TEST(MachineFindings, LittleMemoryHurtsAndALimitIsWorthKnowing) {
  MachineFacts facts = good();
  facts.memory_limit = 4 * kGiB;
  EXPECT_THAT(names(facts), ElementsAre("memory_limit"));
  facts.memory_available = 0.3 * kGiB;
  EXPECT_THAT(names(facts), ElementsAre("little_memory", "memory_limit"));  // what hurts first
  EXPECT_THAT(judge_machine(facts)[0].found, HasSubstr("0.3 GiB"));
}

TEST(MachineFindings, LargePagesSwitchedOffAreWorthKnowing) {
  MachineFacts facts = good();
  facts.large_pages = "never";
  EXPECT_THAT(names(facts), ElementsAre("large_pages"));
  EXPECT_FALSE(hurts(facts));
}

TEST(MachineFindings, AFolderWhereAStoreCanBeDamagedHurts) {
  for (const char* system : {"nfs4", "cifs", "9p", "fuse.sshfs"}) {
    MachineFacts facts = good();
    facts.output.file_system = system;
    EXPECT_THAT(names(facts), ElementsAre("network_folder")) << system;
    EXPECT_TRUE(hurts(facts));
  }
  for (const char* system : {"overlay", "tmpfs"}) {
    MachineFacts facts = good();
    facts.output.file_system = system;
    EXPECT_THAT(names(facts), ElementsAre("passing_folder")) << system;
    EXPECT_FALSE(hurts(facts));
  }
}

TEST(MachineFindings, AFolderThatTakesNothingHurts) {
  MachineFacts facts = good();
  facts.output.writable = false;
  facts.output.free_bytes = 0.2 * kGiB;
  EXPECT_THAT(names(facts), ElementsAre("output_folder", "little_disk"));
}

TEST(MachineFindings, MissingDataIsWorthKnowing) {
  MachineFacts facts = good();
  facts.data[0].folder.clear();
  facts.shipped_data.clear();
  EXPECT_THAT(names(facts), ElementsAre("no_fashion_mnist", "no_shipped_data"));
  EXPECT_FALSE(hurts(facts));
}

}  // namespace
}  // namespace fanin::experiment
