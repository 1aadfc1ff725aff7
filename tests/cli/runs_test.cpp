// fanin runs, and the stores that other commands leave in their output folders.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>

#include "fanin/io/npz.hpp"
#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::parse_json;

const std::string kData = "spirals(points=128, test_points=64)";

Finished compare_into(const std::filesystem::path& folder, const std::string& inits, const std::string& seeds = "3") {
  return run({"compare", "--data", kData, "--net", "2-16-2", "--inits", inits, "--epochs", "2", "--seeds", seeds,
              "--workers", "2", "--out", folder.string(), "--quiet"});
}

json parsed(const Arguments& arguments) {
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.err, IsEmpty());
  return parse_json(finished.out);
}

TEST(Runs, OfAComparisonAreThoseOfItsResultFile) {
  const TemporaryFolder folder;
  const auto out = folder / "a folder";
  ASSERT_EQ(compare_into(out, "zeros,he_normal").status, 0);
  const json stored = parsed({"runs", "export", "json", out.string()});
  const json result = parse_json(read_file(out / "result.json"));
  ASSERT_EQ(stored["experiments"].size(), 1U);
  const json& experiment = stored["experiments"][0];
  EXPECT_EQ(experiment["kind"], "compare");
  EXPECT_EQ(experiment["settings"]["net"], result["experiment"]["net"]);
  EXPECT_EQ(experiment["planned_runs"], 6);
  EXPECT_THAT(experiment["command_line"],
              AllOf(HasSubstr("fanin compare --data 'spirals(points=128, test_points=64)'"), HasSubstr("a folder'")));
  ASSERT_EQ(stored["runs"].size(), 6U);
  for (const json& run_result : result["runs"]) {
    const auto same = [&](const json& entry) {
      return entry["init"] == run_result["init"] && entry["seed"] == run_result["seed"];
    };
    const auto found = std::ranges::find_if(stored["runs"], same);
    ASSERT_NE(found, stored["runs"].end());
    EXPECT_EQ((*found)["status"], "finished");
    ASSERT_EQ((*found)["epochs"].size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      for (const char* number : {"train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"}) {
        EXPECT_EQ((*found)["epochs"][i][number], run_result["epochs"][i][number]) << number;
      }
    }
    EXPECT_EQ((*found)["test_accuracy"], run_result["epochs"][1]["test_accuracy"]);
    const auto is_first_weight = [](const json& layer) {
      return layer["step"] == 0 && layer["name"] == "layer1.weight";
    };
    const auto layer = std::ranges::find_if((*found)["layers"], is_first_weight);
    ASSERT_NE(layer, (*found)["layers"].end());
    const double norm = run_result["step_zero"]["layers"][0]["gradient_norm"].get<double>();
    EXPECT_NEAR((*layer)["gradient_norm"].get<double>(), norm, 1e-5 * norm);
  }
}

TEST(Runs, AreListedFilteredAndSorted) {
  const TemporaryFolder folder;
  ASSERT_EQ(compare_into(folder.path(), "zeros,he_normal").status, 0);
  const std::string here = folder.path().string();
  EXPECT_THAT(run({"runs", "list", here}).out,
              AllOf(HasSubstr("Experiment 1: compare"), HasSubstr("he_normal"), HasSubstr("6 of 6 runs")));
  EXPECT_EQ(parsed({"runs", "list", here, "--init", "zeros", "--json"})["runs"].size(), 3U);
  EXPECT_EQ(parsed({"runs", "list", here, "--status", "diverged,failed", "--json"})["runs"].size(), 0U);
  const json sorted = parsed({"runs", "list", "--sort", "test_loss", here, "--json"})["runs"];
  EXPECT_TRUE(std::ranges::is_sorted(sorted, {}, [](const json& entry) { return entry["test_loss"].get<double>(); }));
  EXPECT_THAT(run({"runs", "show", "2", here}).out, AllOf(HasSubstr("Run 2: "), HasSubstr("epoch")));
}

TEST(Runs, AreComparedOverCommonSeeds) {
  const TemporaryFolder folder;
  ASSERT_EQ(compare_into(folder.path(), "zeros,he_normal").status, 0);
  const json pairs = parsed({"runs", "compare", "he_normal", "zeros", folder.path().string(), "--json"});
  EXPECT_EQ(pairs["number"], "test_accuracy");
  EXPECT_EQ(pairs["pairs"].size(), 3U);
  const Finished text = run({"runs", "compare", "he_normal", "zeros", folder.path().string()});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, HasSubstr("he_normal minus zeros: "));
  EXPECT_EQ(run({"runs", "compare", "he_norml", "zeros", folder.path().string()}).status, 2);
}

TEST(Runs, OfATrainingComeWhenItEndsAndOnceAfterAResumption) {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  ASSERT_EQ(run({"train", "2-16-2", "--data", kData, "--epochs", "2", "--out", out, "--quiet"}).status, 0);
  for (int again = 0; again < 2; ++again) {
    const json stored = parsed({"runs", "list", out, "--json"});
    ASSERT_EQ(stored["runs"].size(), 1U);
    EXPECT_EQ(stored["experiments"][0]["kind"], "train");
    EXPECT_EQ(stored["runs"][0]["status"], "finished");
    EXPECT_EQ(stored["runs"][0]["test_accuracy"],
              parse_json(read_file(folder / "out/train.json"))["epochs"][1]["test_accuracy"]);
    ASSERT_EQ(run({"train", "--resume", out, "--quiet"}).status, 0);
  }
}

TEST(Runs, OfACheckHoldItsFindings) {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  const Finished checked =
      run({"check", "2-16-16-2", "--data", kData, "--init", "zeros", "--steps", "5", "--out", out});
  EXPECT_EQ(checked.status, 1) << checked.err;
  const json stored = parsed({"runs", "show", "1", out, "--json"});
  EXPECT_EQ(stored["experiments"][0]["kind"], "check");
  const json& entry = stored["runs"][0];
  const json result = parse_json(read_file(folder / "out/check.json"));
  EXPECT_EQ(entry["verdict"], "unhealthy");
  EXPECT_EQ(entry["steps"], 5);
  EXPECT_EQ(entry["findings"].size(), result["findings"].size());
  EXPECT_EQ(entry["findings"][0]["problem"], result["findings"][0]["problem"]);
}

TEST(Runs, OfAnInterruptedComparisonAreKept) {
  const TemporaryFolder folder;
  Program program({"compare", "--data", kData, "--net", "2-256-256-2", "--inits", "he_normal", "--epochs", "100000",
                   "--seeds", "2", "--workers", "1", "--out", folder.path().string()});
  ASSERT_TRUE(program.wait_for("he_normal"));
  program.signal(SIGINT);
  EXPECT_EQ(program.finish().status, 130);
  const json stored = parsed({"runs", "list", folder.path().string(), "--json"});
  ASSERT_FALSE(stored["runs"].empty());
  EXPECT_EQ(stored["runs"][0]["status"], "interrupted");
}

TEST(Runs, OfTwoFoldersAreMerged) {
  const TemporaryFolder folder;
  ASSERT_EQ(compare_into(folder / "a", "zeros,he_normal").status, 0);
  ASSERT_EQ(compare_into(folder / "b", "zeros,he_normal").status, 0);
  ASSERT_EQ(compare_into(folder / "c", "he_uniform").status, 0);
  const std::string all = (folder / "all").string();
  const Finished merged =
      run({"runs", "merge", all, (folder / "a").string(), (folder / "b").string(), (folder / "c").string()});
  EXPECT_EQ(merged.status, 0) << merged.err;
  EXPECT_THAT(merged.out, HasSubstr("9 runs added, 0 replaced, 6 there already, of 2 experiments"));
  EXPECT_EQ(parsed({"runs", "list", all, "--json"})["runs"].size(), 9U);
}

TEST(Runs, AreExportedInEveryFormat) {
  const TemporaryFolder folder;
  ASSERT_EQ(compare_into(folder.path(), "zeros,he_normal").status, 0);
  const std::string here = folder.path().string();
  const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  EXPECT_EQ(lines(run({"runs", "export", "csv", here}).out), 1 + 6);
  EXPECT_EQ(lines(run({"runs", "export", "csv", here, "--table", "epochs"}).out), 1 + 12);
  EXPECT_EQ(lines(run({"runs", "export", "jsonl", here, "--init", "zeros"}).out), 3);
  const std::string file = (folder / "runs.npz").string();
  ASSERT_EQ(run({"runs", "export", "npz", here, "--to", file}).status, 0);
  EXPECT_EQ(io::NpzFile(file).read("epoch_test_loss").shape.count(), 12);
  EXPECT_EQ(run({"runs", "export", "npz", here}).status, 2);
  EXPECT_EQ(run({"runs", "export", "xml", here}).status, 2);
}

TEST(Runs, SayWhatIsWrongWithAStore) {
  const TemporaryFolder folder;
  const Finished none = run({"runs", "list", folder.path().string()});
  EXPECT_EQ(none.status, 3);
  EXPECT_THAT(none.err, HasSubstr("there is no store in this folder"));
  ASSERT_EQ(compare_into(folder.path(), "zeros", "1").status, 0);
  EXPECT_EQ(run({"runs", "check", folder.path().string()}).status, 0);
  std::string bytes = read_file(folder / "fanin.sqlite");
  std::fill(bytes.begin() + 4096, bytes.end(), 'x');
  write_file(folder / "fanin.sqlite", bytes);
  const Finished damaged = run({"runs", "list", folder.path().string()});
  EXPECT_EQ(damaged.status, 3);
  EXPECT_THAT(damaged.err, AllOf(HasSubstr("damaged"), HasSubstr("fanin runs check"), HasSubstr(".recover")));
  EXPECT_EQ(run({"runs", "check", folder.path().string()}).status, 3);
  // Nothing is trained for a store that cannot be written.
  const Finished refused = compare_into(folder.path(), "zeros", "1");
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.err, HasSubstr("damaged"));
}

}  // namespace
}  // namespace fanin::cli_test
