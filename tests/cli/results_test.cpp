// The JSON that a comparison leaves, and that it depends on nothing but the settings.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::parse_json;

const std::string kData = "spirals(points=128, test_points=64)";

json compare(Arguments arguments) {
  arguments.insert(arguments.begin(), {"compare", "--data", kData, "--net", "2-16-2", "--json", "-", "--quiet"});
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.err, IsEmpty());
  return parse_json(finished.out);
}

/// Removes what may differ between repeats: times and the number of workers.
void forget_times(json& value) {
  if (value.is_object()) {
    value.erase("seconds");
    value.erase("workers");
  }
  if (value.is_structured()) {
    for (json& part : value) forget_times(part);
  }
}

TEST(Results, TheJsonHasTheDocumentedFields) {
  const json result = compare({"--inits", "zeros,normal(std=0.01)", "--epochs", "2", "--seeds", "2", "--seed", "5"});
  EXPECT_EQ(result.at("version"), FANIN_PROJECT_VERSION);
  const json& experiment = result.at("experiment");
  EXPECT_EQ(experiment.at("data"), kData);
  EXPECT_EQ(experiment.at("net"), "2-16-2");
  EXPECT_EQ(experiment.at("optimizer"), "adam");
  EXPECT_EQ(experiment.at("learning_rate"), 1e-3);
  EXPECT_EQ(experiment.at("epochs"), 2);
  ASSERT_EQ(result.at("runs").size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const json& run_entry = result["runs"][i];
    EXPECT_EQ(run_entry.at("init"), i % 2 == 0 ? "zeros" : "normal(std=0.01)");
    EXPECT_EQ(run_entry.at("seed"), 5 + i / 2);
    EXPECT_EQ(run_entry.at("status"), "finished");
    ASSERT_EQ(run_entry.at("epochs").size(), 2U);
    for (int epoch = 1; epoch <= 2; ++epoch) {
      const json& record = run_entry["epochs"][static_cast<std::size_t>(epoch - 1)];
      EXPECT_EQ(record.at("epoch"), epoch);
      for (const char* field : {"train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"}) {
        EXPECT_TRUE(record.at(field).is_number()) << field;
      }
    }
  }
  ASSERT_EQ(result.at("summary").size(), 2U);
  const json& summary = result["summary"][0];
  EXPECT_EQ(summary.at("init"), "zeros");
  EXPECT_EQ(summary.at("seeds"), 2);
  EXPECT_TRUE(summary.at("test_accuracy_mean").is_number());
  EXPECT_TRUE(summary.at("test_accuracy_ci95").is_number());
}

TEST(Results, AreTheSameBitsForAnyNumberOfWorkersAndForRepeats) {
  const Arguments settings{"--inits", "zeros,glorot_uniform,he_normal", "--epochs", "3", "--seeds", "2"};
  std::string expected;
  for (const char* workers : {"1", "2", "3", "1"}) {
    Arguments arguments = settings;
    arguments.insert(arguments.end(), {"--workers", workers});
    json result = compare(arguments);
    forget_times(result);
    if (expected.empty()) expected = result.dump();
    EXPECT_EQ(result.dump(), expected) << workers << " workers";
  }
}

TEST(Results, ComparisonsArePaired) {
  // The same initialization under two texts cannot be asked for; another seed must change the numbers,
  // the same seed in another place of the list must not.
  const json both = compare({"--inits", "glorot_uniform,he_normal", "--epochs", "1", "--seeds", "2"});
  const json alone = compare({"--inits", "he_normal", "--epochs", "1", "--seeds", "1", "--seed", "2"});
  json expected = both["runs"][3];
  json got = alone["runs"][0];
  forget_times(expected);
  forget_times(got);
  EXPECT_EQ(got, expected);
  EXPECT_NE(both["runs"][1]["epochs"][0]["train_loss"], both["runs"][3]["epochs"][0]["train_loss"]);
}

TEST(Results, DivergedRunsAreResultsAndNonFiniteNumbersAreNull) {
  const json result = compare({"--inits", "normal(std=1),zeros", "--optimizer", "sgd", "--lr", "1e30", "--epochs", "3",
                               "--seeds", "2", "--batch-size", "8"});
  const json& diverged = result["runs"][0];
  EXPECT_EQ(diverged.at("status"), "diverged");
  EXPECT_GT(diverged.at("diverged_at_step"), 0);
  EXPECT_TRUE(result["summary"][0].at("test_accuracy_mean").is_null());
  EXPECT_TRUE(result["summary"][0].at("test_accuracy_ci95").is_null());
  EXPECT_EQ(result["summary"][0].at("seeds"), 0);
}

TEST(Results, JsonOnStandardOutputMovesTheTableToStandardError) {
  const Finished finished = run({"compare", "--data", kData, "--inits", "zeros,ones", "--epochs", "1", "--seeds", "1",
                                 "--json", "-", "--no-progress"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(parse_json(finished.out).at("runs").size(), 2U);
  EXPECT_THAT(finished.err, HasSubstr("initialization"));
}

TEST(Results, TheFileAndTheFolderHoldTheSame) {
  const TemporaryFolder folder;
  const std::string file = (folder / "result.json").string();
  const std::string out = (folder / "runs").string();
  const Finished finished = run({"compare", "--data", kData, "--inits", "zeros", "--epochs", "1", "--seeds", "1",
                                 "--json", file, "--out", out, "--no-progress"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("Saved: " + out + "/result.json, " + out + "/epochs.csv, " + file));
  EXPECT_EQ(read_file(file), read_file(folder / "runs" / "result.json"));
  EXPECT_EQ(parse_json(read_file(file)).at("summary").size(), 1U);
}

TEST(Results, RegressionReportsLosses) {
  const TemporaryFolder folder;
  std::string csv = "size,price\n";
  for (int i = 0; i < 100; ++i) csv += std::to_string(i) + "," + std::to_string(3 * i + i % 7) + ".5\n";
  write_file(folder / "houses.csv", csv);
  const Finished finished =
      run({"compare", "--data", (folder / "houses.csv").string(), "--target", "price", "--task", "regression",
           "--standardize", "--inits", "zeros,he_normal", "--epochs", "2", "--seeds", "2", "--batch-size", "16"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("Best by test loss: he_normal."));
  EXPECT_THAT(finished.out, HasSubstr("test loss"));
}

}  // namespace
}  // namespace fanin::cli_test
