#include "fanin/experiment/machine/system_texts.hpp"

#include <gmock/gmock.h>

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SystemTexts, CpuinfoCountsCoresApartFromTheirThreads) {
  const ProcessorText processor = parse_cpuinfo(
      "processor\t: 0\nmodel name\t: Some CPU @ 2.60GHz\nphysical id\t: 0\ncore id\t\t: 0\nflags\t\t: sse2 avx2  "
      "fma\n\n"
      "processor\t: 1\nmodel name\t: Some CPU @ 2.60GHz\nphysical id\t: 0\ncore id\t\t: 0\nflags\t\t: other\n\n"
      "processor\t: 2\nphysical id\t: 1\ncore id\t\t: 0\n");
  EXPECT_EQ(processor.name, "Some CPU @ 2.60GHz");
  EXPECT_EQ(processor.logical, 3);
  EXPECT_EQ(processor.cores, 2);
  EXPECT_THAT(processor.flags, ElementsAre("sse2", "avx2", "fma"));
}

TEST(SystemTexts, CpuinfoOfAnArmMachineNamesNoModel) {
  const ProcessorText processor = parse_cpuinfo("processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd0c\n");
  EXPECT_EQ(processor.name, "");
  EXPECT_EQ(processor.logical, 1);
  EXPECT_EQ(processor.cores, 0);
  EXPECT_THAT(processor.flags, ElementsAre("fp", "asimd"));
}

TEST(SystemTexts, ValuesAreFoundByTheirWholeKey) {
  const std::string_view meminfo = "MemTotal:       24684100 kB\nMemFree:        14642912 kB\nMemAvailable:   1 kB";
  EXPECT_EQ(value_of(meminfo, "MemTotal"), "24684100 kB");
  EXPECT_EQ(value_of(meminfo, "MemAvailable"), "1 kB");
  EXPECT_EQ(value_of(meminfo, "Mem"), "");
  EXPECT_EQ(value_of("file 1\ninactive_file 4096\n", "inactive_file"), "4096");
  EXPECT_EQ(value_of("", "x"), "");
}

TEST(SystemTexts, BytesKnowTheirUnits) {
  EXPECT_EQ(parse_bytes("24684100 kB"), 24684100LL * 1024);
  EXPECT_EQ(parse_bytes("32K\n"), 32 * 1024);
  EXPECT_EQ(parse_bytes("260M"), 260LL << 20);
  EXPECT_EQ(parse_bytes("7"), 7);
  for (const char* wrong : {"", "K", "3 parsecs", "-1", "99999999999999999999", "9223372036854775807 kB"}) {
    EXPECT_EQ(parse_bytes(wrong), std::nullopt) << wrong;
  }
}

TEST(SystemTexts, CpuListsAreCounted) {
  EXPECT_EQ(parse_cpu_list("0-3,8,10-11\n"), 7);
  EXPECT_EQ(parse_cpu_list("5"), 1);
  for (const char* wrong : {"", "x", "3-1", "-2", "0-99999999999", "1,,2"})
    EXPECT_EQ(parse_cpu_list(wrong), 0) << wrong;
}

TEST(SystemTexts, GroupsOfBothVersionsAreTold) {
  const GroupPaths first = parse_groups("4:memory:/docker/abc\n2:cpu,cpuacct:/docker/c:p\n3:cpuset:/\n0::/\n");
  EXPECT_EQ(first.memory, "/docker/abc");
  EXPECT_EQ(first.cpu, "/docker/c:p");
  EXPECT_EQ(first.unified, "/");
  const GroupPaths second = parse_groups("0::/user.slice/session-1.scope\n");
  EXPECT_EQ(second.unified, "/user.slice/session-1.scope");
  EXPECT_EQ(second.cpu, "");
  EXPECT_EQ(parse_groups("nonsense\n0:\n::\n").unified, "");
}

TEST(SystemTexts, QuotasAreProcessorsAndNoQuotaIsNone) {
  EXPECT_EQ(parse_cpu_max("150000 100000\n"), 1.5);
  EXPECT_EQ(parse_cpu_max("max 100000\n"), std::nullopt);
  EXPECT_EQ(parse_cpu_max("150000"), std::nullopt);
  EXPECT_EQ(parse_cpu_max("150000 0"), std::nullopt);
  EXPECT_EQ(parse_cpu_quota("50000\n", "100000\n"), 0.5);
  EXPECT_EQ(parse_cpu_quota("-1\n", "100000\n"), std::nullopt);
}

TEST(SystemTexts, MemoryLimitsKnowBothWaysToSayNone) {
  EXPECT_EQ(parse_memory_limit("536870912\n"), 536870912);
  EXPECT_EQ(parse_memory_limit("max\n"), std::nullopt);
  EXPECT_EQ(parse_memory_limit("9223372036854771712\n"), std::nullopt);
  EXPECT_EQ(parse_memory_limit(""), std::nullopt);
}

TEST(SystemTexts, TheChoiceIsInBrackets) {
  EXPECT_EQ(parse_choice("always [madvise] never\n"), "madvise");
  EXPECT_EQ(parse_choice("always madvise\n"), "");
  EXPECT_EQ(parse_choice("]["), "");
}

TEST(SystemTexts, APathLiesOnTheLongestMountPointAboveIt) {
  const std::string_view mounts =
      "22 1 0:20 / / rw,relatime - overlay overlay rw\n"
      "23 22 0:21 / /home rw shared:1 master:2 - ext4 /dev/sda rw\n"
      "24 23 0:22 / /home/me/my\\040runs rw - nfs4 server:/x rw\n"
      "25 22 0:23 / /homeland rw - xfs /dev/sdb rw\n"
      "cut off - line\n";
  EXPECT_EQ(file_system_of(mounts, "/tmp/x"), "overlay");
  EXPECT_EQ(file_system_of(mounts, "/home"), "ext4");
  EXPECT_EQ(file_system_of(mounts, "/home/me/my runs/first"), "nfs4");
  EXPECT_EQ(file_system_of(mounts, "/homeless"), "overlay");
  EXPECT_EQ(file_system_of("", "/tmp"), "");
  EXPECT_EQ(file_system_of("23 22 0:21 / /home rw -\n", "/home"), "");
}

TEST(SystemTexts, AnyBytesAreEndured) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>((i * 2654435761U) >> 24);
  for (std::size_t length = 0; length < bytes.size(); length += 37) {
    const std::string_view text = std::string_view(bytes).substr(0, length);
    EXPECT_THAT(parse_cpuinfo(text).name, IsEmpty());
    EXPECT_EQ(parse_cpu_list(text), 0);
    EXPECT_EQ(parse_groups(text).cpu, "");
    EXPECT_EQ(file_system_of(text, "/x"), "");
  }
}

}  // namespace
}  // namespace fanin::experiment
