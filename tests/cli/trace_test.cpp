// fanin check on traces that were recorded: read whole, followed while they grow, damaged.
#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::parse_json;

/// A trace of a training that goes well, and of one whose steps are far too large, written by the program itself.
std::string trace_of(const TemporaryFolder& folder, const std::string& rate) {
  const std::filesystem::path file = folder / ("trace" + rate + ".jsonl");
  run({"check", "2-32-32-2", "--data", "spirals(points=600, test_points=60)", "--optimizer", "sgd", "--lr", rate,
       "--save-trace", file.string(), "--no-progress"});
  return read_file(file);
}

TEST(Trace, ASavedTraceHasTheVerdictOfTheTrainingItself) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "run.jsonl";
  const Finished live = run({"check", "2-32-32-2", "--data", "spirals(points=600, test_points=60)", "--optimizer",
                             "sgd", "--lr", "100", "--save-trace", file.string(), "--json"});
  const Finished later = run({"check", "--trace", file.string(), "--json"});
  EXPECT_EQ(live.status, 1) << live.err;
  EXPECT_EQ(later.status, 1) << later.err;
  EXPECT_EQ(parse_json(live.out), parse_json(later.out));
}

TEST(Trace, ThePageOfASavedTraceHoldsWhatThatOfTheTrainingItselfDoes) {
  const TemporaryFolder folder;
  const std::string file = (folder / "run.jsonl").string();
  write_idx_folder(folder / "images", 64, 32, 8);
  const Finished live = run({"check", "mlp(2, 8)", "--data", (folder / "images").string(), "--steps", "12",
                             "--save-trace", file, "--out", (folder / "live").string()});
  ASSERT_LE(live.status, 1) << live.err;
  ASSERT_LE(run({"check", "--trace", file, "--out", (folder / "later").string()}).status, 1);
  const auto watch_of = [&](const char* name) {
    return parse_json(run({"report", (folder / name).string(), "--json"}).out).at("runs").at(0).at("watch");
  };
  const json watch = watch_of("live");
  EXPECT_FALSE(watch.at("histograms").at("step").empty());
  EXPECT_FALSE(watch.at("filters").is_null());
  EXPECT_EQ(watch_of("later"), watch);
}

TEST(Trace, ALineThatIsNotFinishedIsLeftOutAndSaid) {
  const TemporaryFolder folder;
  const std::string text = trace_of(folder, "0.1");
  write_file(folder / "cut.jsonl", text.substr(0, text.rfind('\n', text.size() - 2) - 40));
  const Finished finished = run({"check", "--trace", (folder / "cut.jsonl").string()});
  EXPECT_NE(finished.status, 3) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("last line is not finished"));
}

TEST(Trace, ADamagedTraceIsAnErrorOfTheData) {
  const TemporaryFolder folder;
  const std::string text = trace_of(folder, "0.1");
  std::string damaged = text;
  damaged[text.find("\"step\":", text.find('\n')) + 7] = '}';
  write_file(folder / "run.jsonl", damaged);
  const Finished finished = run({"check", "--trace", (folder / "run.jsonl").string()});
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("run.jsonl, line 2, byte offset "), HasSubstr("is no JSON")));
  EXPECT_EQ(run({"check", "--trace", (folder / "none.jsonl").string()}).status, 3);
}

TEST(Trace, WhatMakesNoSenseTogetherIsAUsageError) {
  EXPECT_EQ(run({"check", "--follow"}).status, 2);
  EXPECT_EQ(run({"check", "--trace", "run.jsonl", "--why"}).status, 2);
}

TEST(Trace, FollowingTellsWhenTheVerdictChangesAndEndsWithTheTraining) {
  const TemporaryFolder folder;
  const std::string text = trace_of(folder, "100");
  const std::filesystem::path file = folder / "live.jsonl";
  Program program({"check", "--trace", file.string(), "--follow"});
  ASSERT_TRUE(program.wait_for("following"));
  const std::size_t header = text.find('\n') + 1;
  const std::size_t first = text.find('\n', header) + 1;
  std::ofstream(file, std::ios::app) << text.substr(0, first);
  ASSERT_TRUE(program.wait_for("step 0: "));
  std::ofstream(file, std::ios::app) << text.substr(first);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 1) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("unhealthy: "));
  EXPECT_THAT(finished.out, HasSubstr("diverging_loss"));
}

TEST(Trace, CtrlCEndsTheFollowingWithTheLastVerdict) {
  const TemporaryFolder folder;
  const std::string text = trace_of(folder, "100");
  const std::filesystem::path file = folder / "live.jsonl";
  write_file(file, text.substr(0, text.rfind("{\"record\":\"end\"")));
  Program program({"check", "--trace", file.string(), "--follow"});
  ASSERT_TRUE(program.wait_for("unhealthy: "));
  program.signal(SIGINT);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.status, 1) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("diverging_loss"));
}

}  // namespace
}  // namespace fanin::cli_test
