#include "fanin/experiment/store/export.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "fanin/experiment/store/run_numbers.hpp"
#include "fanin/experiment/store/store_for_test.hpp"
#include "fanin/io/npz.hpp"
#include "tests/support/json.hpp"

namespace fanin::experiment {
namespace {

using tests::parse_json;
std::vector<StoredRun> some_runs() {
  std::vector<StoredRun> runs{full_run("a"), full_run("b, \"quoted\"\nline")};
  runs[0].id = 7;
  runs[1].id = 9;
  for (StoredRun& run : runs) run.experiment = 1;
  runs[1].init = "zeros";
  runs[1].test_accuracy = kNotMeasured;
  return runs;
}

std::vector<StoredExperiment> some_experiments() {
  std::vector<StoredExperiment> experiments{some_experiment()};
  experiments[0].id = 1;
  return experiments;
}

TEST(StoreExport, JsonHoldsEverything) {
  const auto json = parse_json(runs_to_json(some_experiments(), some_runs()));
  EXPECT_EQ(json["experiments"][0]["kind"], "sweep");
  EXPECT_EQ(json["experiments"][0]["settings"]["epochs"], 2);
  ASSERT_EQ(json["runs"].size(), 2U);
  const auto& run = json["runs"][0];
  EXPECT_EQ(run["seed"], 18446744073709551615U);
  EXPECT_EQ(run["settings"]["gain"], 1.5);
  EXPECT_EQ(run["test_accuracy"], 0.6);
  EXPECT_EQ(run["epochs"].size(), 3U);
  EXPECT_EQ(run["epochs"][2]["learning_rate"], 0.01 * 3);
  EXPECT_EQ(run["layers"][1]["update_ratio"], 2.7);
  EXPECT_TRUE(run["layers"][0]["update_ratio"].is_null());
  EXPECT_EQ(run["findings"][0]["problem"], "dead_relu");
  EXPECT_TRUE(json["runs"][1]["test_accuracy"].is_null());
}

TEST(StoreExport, JsonLinesHaveARunEach) {
  const std::string text = runs_to_json_lines(some_experiments(), some_runs());
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t end = text.find('\n', at);
    const auto json = parse_json(text.substr(at, end - at));
    EXPECT_EQ(json["kind"], "sweep");
    EXPECT_EQ(json["id"], lines == 0 ? 7 : 9);
    EXPECT_EQ(json["epochs"].size(), 3U);
    at = end + 1;
  }
  EXPECT_EQ(lines, 2U);
}

TEST(StoreExport, CsvQuotesWhatRfc4180AsksFor) {
  const std::string text = runs_to_csv(some_runs());
  EXPECT_NE(text.find(",\"b, \"\"quoted\"\"\nline\",zeros,18446744073709551615,"), std::string::npos) << text;
  EXPECT_NE(text.find(",0.6,0.5,0.4,0.3,0.2,0.1,0.7,2026-11-22T07:31:02Z\n"), std::string::npos) << text;
  EXPECT_NE(text.find(",,0.5,0.4,"), std::string::npos) << text;  // no accuracy
}

TEST(StoreExport, CsvGivesASpreadsheetNoFormulaToCompute) {
  std::vector<StoredRun> runs{full_run("k"), full_run("-3")};
  runs[0].init = "=HYPERLINK(\"http://x\",\"y\")";
  runs[1].init = "@sum";
  runs[1].train_loss = -0.5;
  const std::string text = runs_to_csv(runs);
  EXPECT_NE(text.find(",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\","), std::string::npos) << text;
  EXPECT_NE(text.find(",'-3,'@sum,"), std::string::npos) << text;
  EXPECT_NE(text.find(",-0.5,"), std::string::npos) << "a number is none";
}

// Numbers that JSON does not know, and words that are no UTF-8, in every place of every format.
TEST(StoreExport, IsValidWhateverTheValuesAre) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  StoredRun run = full_run("\xff\x00\x1b[31m");
  run.init = "a\nb\xc3";
  run.settings = R"({"gain":1e999})";
  run.message = "\xed\xa0\x80";
  for (const RunNumber& number : run_numbers()) run.*number.value = -kInfinity;
  for (StoredEpoch& epoch : run.epochs) {
    for (const auto& number : epoch_numbers()) epoch.*number.value = kInfinity;
  }
  for (StoredLayer& layer : run.layers) {
    for (const auto& number : layer_numbers()) layer.*number.value = kNotMeasured;
  }
  const std::vector<StoredRun> runs{run};
  const auto json = parse_json(runs_to_json(some_experiments(), runs));
  EXPECT_TRUE(json["runs"][0]["test_loss"].is_null());
  EXPECT_TRUE(json["runs"][0]["epochs"][0]["train_loss"].is_null());
  EXPECT_TRUE(nlohmann::json::accept(runs_to_json_lines(some_experiments(), runs)));
  EXPECT_EQ(runs_to_csv(runs).find("inf"), std::string::npos);
  EXPECT_EQ(epochs_to_csv(runs).find("inf"), std::string::npos);
  const StoreFolder folder("export_any");
  write_runs_npz(folder.path() / "runs.npz", runs);
  const io::Array names = io::NpzFile(folder.path() / "runs.npz").read("init_names");
  EXPECT_EQ(std::ranges::count(names.data, '\n'), 1) << "a name a line";
}

TEST(StoreExport, CsvOfEpochsLayersAndFindingsHasALineForEach) {
  const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  EXPECT_EQ(lines(epochs_to_csv(some_runs())), 1 + 2 * 3);
  EXPECT_EQ(lines(layers_to_csv(some_runs())), 1 + 2 * 4);
  EXPECT_EQ(lines(findings_to_csv(some_runs())), 1 + 2 * 2);
}

TEST(StoreExport, NpzHoldsEveryNumber) {
  const StoreFolder folder("export_npz");
  const auto file = folder.path() / "runs.npz";
  write_runs_npz(file, some_runs());
  const io::NpzFile npz(file);
  const auto doubles = [&](const char* name) { return io::to_doubles(npz.read(name)); };
  const auto text = [&](const char* name) {
    const io::Array array = npz.read(name);
    return std::string(array.data.begin(), array.data.end());
  };
  EXPECT_EQ(doubles("run_id"), (std::vector<double>{7, 9}));
  EXPECT_EQ(doubles("run_init"), (std::vector<double>{0, 1}));
  EXPECT_EQ(text("init_names"), "normal(std=0.01)\nzeros\n");
  EXPECT_EQ(text("status_names"), "diverged\n");
  EXPECT_EQ(doubles("run_test_accuracy")[0], 0.6);
  EXPECT_NE(doubles("run_test_accuracy")[1], doubles("run_test_accuracy")[1]);
  EXPECT_EQ(doubles("epoch_run"), (std::vector<double>{7, 7, 7, 9, 9, 9}));
  EXPECT_EQ(doubles("epoch"), (std::vector<double>{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(doubles("epoch_test_accuracy")[2], 3.6);
  EXPECT_EQ(doubles("layer_name"), (std::vector<double>{0, 1, 0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(text("layer_names"), "layer1.dense\nlayer1.weight\n");
  EXPECT_EQ(doubles("layer_update_ratio")[1], 2.7);
}

TEST(StoreExport, OfNothingIsValidToo) {
  const StoreFolder folder("export_nothing");
  EXPECT_TRUE(parse_json(runs_to_json({}, {}))["runs"].empty());
  EXPECT_EQ(runs_to_json_lines({}, {}), "");
  write_runs_npz(folder.path() / "none.npz", {});
  EXPECT_EQ(io::NpzFile(folder.path() / "none.npz").read("run_id").shape.count(), 0);
}

}  // namespace
}  // namespace fanin::experiment
