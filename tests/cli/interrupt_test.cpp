// Ctrl-C: what there is gets saved and shown, and the terminal stays usable.
#include <gmock/gmock.h>
#include <signal.h>

#include <thread>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::is_json;
using tests::parse_json;

constexpr const char* kCtrlC = "\x03";
const std::string kHideCursor = "\x1b[?25l";
const std::string kShowCursor = "\x1b[?25h";

/// Would take hours.
Arguments endless(const std::string& json_file) {
  return {"compare", "--data",          "spirals(points=512, test_points=64)",
          "--inits", "zeros,he_normal", "--epochs",
          "1000000", "--seeds",         "1",
          "--json",  json_file};
}

/// One step takes seconds, so that a second Ctrl-C comes while the first is still waiting for it.
Arguments sluggish(const std::string& json_file) {
  return {"compare",  "--data",        "spirals(points=4096, test_points=64)",
          "--net",    "2-4096-4096-2", "--batch-size",
          "4096",     "--inits",       "he_normal",
          "--epochs", "100",           "--seeds",
          "1",        "--json",        json_file};
}

TEST(Interrupt, SigintSavesWhatThereIsAndExits130) {
  for (const int number : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    Program program(endless((folder / "result.json").string()));
    ASSERT_TRUE(program.wait_for("started"));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    program.signal(number);
    const Finished finished = program.finish();
    EXPECT_EQ(finished.status, 130);
    EXPECT_THAT(finished.err, HasSubstr("stopping"));
    EXPECT_THAT(finished.out, AllOf(HasSubstr("initialization"), HasSubstr("Interrupted")));
    const json result = parse_json(read_file(folder / "result.json"));
    EXPECT_EQ(result.at("runs").size(), 2U);
    for (const json& entry : result["runs"]) EXPECT_EQ(entry.at("status"), "interrupted");
    EXPECT_EQ(result.at("summary").size(), 2U);
  }
}

TEST(Interrupt, WhenQuietTheFilesAreWrittenAllTheSame) {
  const TemporaryFolder folder;
  Arguments arguments = endless((folder / "result.json").string());
  arguments.insert(arguments.end(), {"--quiet", "--out", (folder / "runs").string()});
  Program program(arguments);
  while (!std::filesystem::exists(folder / "runs")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  program.signal(SIGINT);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 130);
  EXPECT_EQ(finished.out + finished.err, "");
  EXPECT_TRUE(is_json(read_file(folder / "result.json")));
  EXPECT_TRUE(is_json(read_file(folder / "runs" / "result.json")));
}

TEST(Interrupt, OnATerminalCtrlCBringsTheCursorBackBeforeTheTable) {
  const TemporaryFolder folder;
  TerminalSession session(endless((folder / "result.json").string()), 100);
  ASSERT_TRUE(session.wait_for("all, 0 of 2 done"));
  session.press(kCtrlC);
  EXPECT_EQ(session.finish(), 130);
  const std::string& shown = session.shown();
  EXPECT_GT(shown.rfind(kShowCursor), shown.rfind(kHideCursor));
  EXPECT_GT(shown.rfind("Interrupted"), shown.rfind(kShowCursor));
  EXPECT_TRUE(is_json(read_file(folder / "result.json")));
}

TEST(Interrupt, ASecondCtrlCQuitsAtOnceWithTheCursorBack) {
  const TemporaryFolder folder;
  TerminalSession session(sluggish((folder / "result.json").string()), 100);
  ASSERT_TRUE(session.wait_for("all, 0 of 1 done"));
  session.press(kCtrlC);
  ASSERT_TRUE(session.wait_for("stopping"));
  session.press(kCtrlC);
  EXPECT_EQ(session.finish(), 130);
  const std::string& shown = session.shown();
  EXPECT_GT(shown.rfind(kShowCursor), shown.rfind(kHideCursor));
  EXPECT_THAT(shown, Not(HasSubstr("Interrupted:")));
  EXPECT_FALSE(std::filesystem::exists(folder / "result.json"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));  // no temporary file either
}

}  // namespace
}  // namespace fanin::cli_test
