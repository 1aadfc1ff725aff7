// The page that compare, train and check leave behind, and fanin report, which makes it again.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

const std::string kSpirals = "spirals(points=200, test_points=40)";

// The file a build with Node writes, or the one that a build without does.
fs::path page_in(const fs::path& folder) {
  return fs::exists(folder / "report.html") ? folder / "report.html" : folder / "report.json";
}

json data_of(const fs::path& folder) {
  const Finished finished = run({"report", folder.string(), "--json"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  return parse_json(finished.out);
}

TEST(Report, IsLeftByACompareWithAnOutputFolder) {
  const TemporaryFolder folder;
  const Finished finished = run({"compare", "--data", kSpirals, "--net", "2-8-2", "--inits", "zeros,he_normal",
                                 "--epochs", "1", "--seeds", "2", "--out", (folder / "run").string(), "--no-progress"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr(page_in(folder / "run").string()));
  const json page = data_of(folder / "run");
  const json result = parse_json(read_file(folder / "run" / "result.json"));
  EXPECT_EQ(page.at("kind"), "compare");
  EXPECT_EQ(page.at("runs").size(), 4U);
  EXPECT_EQ(page.at("summary").at(1).at("test_accuracy_mean"), result.at("summary").at(1).at("test_accuracy_mean"));
  EXPECT_TRUE(page.at("runs").at(0).at("watch").is_object());
}

TEST(Report, WhatAKilledProcessLeftOfItIsRemoved) {
  const TemporaryFolder folder;
  const Arguments check{"check", "2-8-2", "--data", kSpirals, "--steps", "2", "--out", (folder / "run").string()};
  ASSERT_LE(run(check).status, 1);
  const fs::path page = page_in(folder / "run");
  const fs::path left = folder / "run" / ("." + page.filename().string() + ".99999999-1.tmp");  // no process has it
  write_file(left, "half a page");
  ASSERT_LE(run(check).status, 1);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(page));
}

TEST(Report, WatchingForItChangesNoOtherFile) {
  const TemporaryFolder folder;
  const Arguments common{"compare",  "--data", kSpirals,  "--net", "2-8-2",
                         "--epochs", "1",      "--seeds", "1",     "--no-progress"};
  const auto with = [&](const Arguments& more) {
    Arguments all = common;
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  };
  ASSERT_EQ(with({"--out", (folder / "run").string()}).status, 0);
  ASSERT_EQ(with({"--json", (folder / "alone.json").string()}).status, 0);
  const auto bare = [](const fs::path& file) {
    return json::parse(read_file(file), [](int, json::parse_event_t event, json& value) {
      return event != json::parse_event_t::key || value != "seconds";
    });
  };
  EXPECT_EQ(bare(folder / "run" / "result.json"), bare(folder / "alone.json"));
}

TEST(Report, IsLeftByATrainingAndKeptWhenNothingIsLeftToResume) {
  const TemporaryFolder folder;
  const std::string out = (folder / "run").string();
  ASSERT_EQ(run({"train", "2-8-2", "--data", kSpirals, "--epochs", "2", "--out", out, "--no-progress"}).status, 0);
  const std::string before = read_file(page_in(out));
  EXPECT_EQ(data_of(out).at("runs").at(0).at("epochs").at("epoch").size(), 2U);
  ASSERT_EQ(run({"train", "--resume", out, "--no-progress"}).status, 0);
  EXPECT_EQ(read_file(page_in(out)), before);
}

TEST(Report, IsLeftByACheckBesideItsJson) {
  const TemporaryFolder folder;
  const Finished finished = run(
      {"check", "2-8-2", "--data", kSpirals, "--init", "zeros", "--steps", "5", "--out", (folder / "run").string()});
  EXPECT_EQ(finished.status, 1) << finished.err;
  const json page = data_of(folder / "run");
  EXPECT_EQ(page.at("kind"), "check");
  EXPECT_EQ(parse_json(read_file(folder / "run" / "check.json")).at("verdict"),
            page.at("runs").at(0).at("watch").at("verdict"));
}

TEST(Report, MakesAPageFromDataAlone) {
  const TemporaryFolder folder;
  write_file(folder / "report.json", R"({"version":1,"kind":"check","title":"t","fanin":"0.1.0","facts":[],"runs":[],)"
                                     R"("settings":[],"summary":[],"command":""})");
  const Finished finished = run({"report", folder.path().string(), "-o", (folder / "page.html").string()});
  if (finished.status == 2) {  // a build without Node says so
    EXPECT_THAT(finished.err, HasSubstr("nodejs"));
    return;
  }
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.out, (folder / "page.html").string() + "\n");
  EXPECT_THAT(read_file(folder / "page.html"), HasSubstr("Content-Security-Policy"));
}

TEST(Report, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_EQ(run({"report"}).status, 2);
  const Finished nowhere = run({"report", (folder / "none").string()});
  EXPECT_EQ(nowhere.status, 3);
  EXPECT_THAT(nowhere.err, HasSubstr("no such folder"));
  const Finished empty = run({"report", folder.path().string()});
  EXPECT_EQ(empty.status, 3);
  EXPECT_THAT(empty.err, HasSubstr("--out"));
  write_file(folder / "report.html", "<html>");
  const Finished strange = run({"report", folder.path().string()});
  EXPECT_EQ(strange.status, 3);
  EXPECT_THAT(strange.err, HasSubstr("no data of a report"));
}

TEST(Report, ADamagedPageIsAnErrorWithFileAndOffset) {
  const TemporaryFolder folder;
  ASSERT_EQ(run({"check", "2-8-2", "--data", kSpirals, "--steps", "1", "--out", (folder / "run").string()}).status, 0);
  const fs::path page = page_in(folder / "run");
  const std::string whole = read_file(page);
  const std::size_t inside = whole.find("\"version\":") + 200;
  write_file(page, whole.substr(0, inside));
  const Finished cut = run({"report", (folder / "run").string()});
  EXPECT_EQ(cut.status, 3);
  EXPECT_THAT(cut.err, HasSubstr(page.string() + ", byte offset "));
  std::string damaged = whole;
  damaged[whole.find("\"version\":") + 10] = '\x02';
  write_file(page, damaged);
  const Finished refused = run({"report", (folder / "run").string()});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("byte offset " + std::to_string(whole.find("\"version\":") + 10)));
  EXPECT_EQ(read_file(page), damaged);  // and nothing was written over it
}

TEST(Report, PicturesWithoutABrowserNameTheWayOut) {
  const TemporaryFolder folder;
  const std::string out = (folder / "run").string();
  ASSERT_EQ(run({"check", "2-8-2", "--data", kSpirals, "--steps", "1", "--out", out}).status, 0);
  const Finished finished = run({"report", out, "--png"}, {{"PATH", folder.path().string()}});
  EXPECT_THAT(finished.status, AnyOf(3, 2));  // 2: a build without Node has no page to draw
  EXPECT_THAT(finished.err, AnyOf(HasSubstr("apt-get install chromium"), HasSubstr("nodejs")));
  const Finished open = run({"report", out, "--open"}, {{"PATH", folder.path().string()}});
  EXPECT_NE(open.status, 0);
  EXPECT_THAT(open.err, Not(HasSubstr("internal error")));
}

}  // namespace
}  // namespace fanin::cli_test
