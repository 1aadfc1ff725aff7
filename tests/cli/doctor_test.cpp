// fanin doctor on this machine: everything it names is there, and its exit status follows its findings.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using tests::parse_json;

struct Findings {
  int status = -1;
  bool hurts = false;
  std::string names;  // each after a space
};

Findings findings_of(const Environment& environment, Arguments arguments = {"doctor", "--json"}) {
  const Finished finished = run(arguments, environment);
  Findings result{finished.status, false, ""};
  const json parsed = parse_json(finished.out);
  for (const json& finding : parsed.at("findings")) {
    result.hurts = result.hurts || finding.at("hurts").get<bool>();
    result.names.append(" ").append(finding.at("name").get<std::string>());
  }
  return result;
}

TEST(Doctor, TheExitStatusSaysWhetherSomethingHurts) {
  const Findings findings = findings_of({});
  EXPECT_EQ(findings.status, findings.hurts ? 1 : 0) << findings.names;
}

TEST(Doctor, NamesEveryLibrary) {
  const json libraries = parse_json(run({"doctor", "--json"}).out).at("libraries");
  for (const char* name : {"oneDNN", "Highway", "Eigen", "SQLite", "zlib", "fmt", "CLI11", "nlohmann JSON"}) {
    ASSERT_TRUE(libraries.contains(name)) << name;
    EXPECT_FALSE(libraries.at(name).get<std::string>().empty()) << name;
  }
}

TEST(Doctor, SeesALimitThatTheEnvironmentPutsOnOneDnn) {
  const Findings findings = findings_of({{"ONEDNN_MAX_CPU_ISA", "SSE41"}});
  EXPECT_EQ(findings.status, 1);
  EXPECT_THAT(findings.names, HasSubstr(" onednn_limited"));
}

TEST(Doctor, SeesAnOutputFolderThatCannotBe) {
  const TemporaryFolder folder;
  write_file(folder / "file", "x");
  const Findings findings = findings_of({}, {"doctor", "--json", "--out", (folder / "file/runs").string()});
  EXPECT_EQ(findings.status, 1);
  EXPECT_THAT(findings.names, HasSubstr(" output_folder"));
}

TEST(Doctor, ShowsATable) {
  const Finished finished = run({"doctor"});
  for (const char* row : {"processor", "threads", "memory", "output", "libraries", "build"}) {
    EXPECT_THAT(finished.out, HasSubstr(row));
  }
  EXPECT_THAT(run({"doctor", "--help"}).out, HasSubstr("Examples:"));
  expect_wrong_use(run({"doctor", "--ou", "x"}), {"--out"});
}

}  // namespace
}  // namespace fanin::cli_test
