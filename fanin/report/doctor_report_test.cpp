#include "fanin/report/doctor_report.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "fanin/report/text.hpp"
#include "tests/support/json.hpp"

namespace fanin::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

Terminal terminal(int width) { return {.interactive = false, .color = false, .unicode = false, .width = width}; }

experiment::MachineFacts machine() {
  experiment::MachineFacts facts;
  facts.processor = "A CPU";
  facts.logical = facts.allowed = facts.default_threads = 8;
  facts.cores = 4;
  facts.caches = {{1, "Data", 48 << 10}, {2, "Unified", 1 << 20}};
  facts.simd_target = "AVX2";
  facts.onednn_instructions = "avx2";
  facts.cpu_quota = 1.5;
  facts.memory_total = 8.0 * (1LL << 30);
  facts.memory_available = 512.0 * (1LL << 20);
  facts.output = {"/home/me/runs", "ext4", 1e11, true};
  facts.data = {{"fashion-mnist", "/usr/share/datasets/fashion-mnist"}, {"mnist", ""}};
  facts.environment = {{"OMP_NUM_THREADS", "4"}};
  facts.libraries = {{"oneDNN", "2.6.3"}};
  facts.build = {"GCC 12.2.0", "Release", "", true};
  return facts;
}

TEST(DoctorReport, ShowsTheMachineThenWhatHurts) {
  const experiment::MachineFacts facts = machine();
  const std::string text = doctor_report(facts, experiment::judge_machine(facts), terminal(120));
  EXPECT_THAT(text, AllOf(HasSubstr("A CPU, 8 processors on 4 cores"), HasSubstr("L1d 48 KiB, L2 1.0 MiB"),
                          HasSubstr("1 usable, 8 by default"), HasSubstr("512 MiB available of 8.0 GiB")));
  EXPECT_THAT(text, AllOf(HasSubstr("not found: mnist"), HasSubstr("OMP_NUM_THREADS=4"), HasSubstr("oneDNN 2.6.3"),
                          HasSubstr("cpu_quota"), HasSubstr("2 things here will hurt.")));
  EXPECT_THAT(doctor_report(facts, {}, terminal(120)),
              AllOf(HasSubstr("Nothing here will hurt."), Not(HasSubstr("cpu_quota"))));
}

TEST(DoctorReport, FitsNarrowTerminals) {
  const experiment::MachineFacts facts = machine();
  const std::vector<experiment::MachineFinding> findings = experiment::judge_machine(facts);
  for (int width = 30; width < 130; width += 9) {
    std::istringstream lines(doctor_report(facts, findings, terminal(width)));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
    }
  }
}

TEST(DoctorReport, TheJsonHasTheDocumentedFields) {
  const experiment::MachineFacts facts = machine();
  const auto json = parse_json(doctor_json(facts, experiment::judge_machine(facts)));
  EXPECT_EQ(json.at("processor").at("caches").at(0).at("bytes"), 48 << 10);
  EXPECT_EQ(json.at("threads").at("usable"), 1);
  EXPECT_EQ(json.at("threads").at("cpu_quota"), 1.5);
  EXPECT_TRUE(json.at("memory").at("limit").is_null());
  EXPECT_EQ(json.at("output").at("file_system"), "ext4");
  EXPECT_TRUE(json.at("data").at("mnist").is_null());
  EXPECT_EQ(json.at("libraries").at("oneDNN"), "2.6.3");
  EXPECT_EQ(json.at("build").at("optimized"), true);
  EXPECT_EQ(json.at("findings").at(0).at("name"), "cpu_quota");
  EXPECT_EQ(json.at("findings").at(0).at("hurts"), true);
}

}  // namespace
}  // namespace fanin::report
