#include "fanin/experiment/result_files.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "fanin/core/version.hpp"
#include "fanin/experiment/data/test_files.hpp"

namespace fanin::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

CompareResult sample_result() {
  CompareResult result;
  result.settings.inits = {"uniform(low=-0.1, high=0.1)"};
  result.settings.learning_rate = 0.001;
  result.data_name = "tiny";
  result.chosen_by = "test accuracy";
  RunResult run;
  run.init = "uniform(low=-0.1, high=0.1)";
  run.seed = 18446744073709551615U;
  run.status = RunStatus::diverged;
  run.diverged_at_step = 12;
  EpochRecord epoch;
  epoch.epoch = 1;
  epoch.train_loss = 0.1;
  epoch.train_accuracy = 1.0 / 3;
  epoch.validation_loss = std::numeric_limits<double>::quiet_NaN();
  epoch.validation_accuracy = std::numeric_limits<double>::quiet_NaN();
  epoch.test_loss = std::numeric_limits<double>::infinity();
  epoch.test_accuracy = 0.25;
  epoch.seconds = 1.5;
  run.epochs = {epoch};
  result.runs = {run};
  InitSummary row;
  row.init = run.init;
  row.test_accuracy_mean = std::numeric_limits<double>::quiet_NaN();
  result.summary = {row};
  return result;
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> result;
  for (const auto& [key, value] : object.items()) result.push_back(key);
  return result;
}

TEST(ResultFiles, TheJsonHasThePromisedShape) {
  const Json json = Json::parse(to_json(sample_result()));
  EXPECT_THAT(keys(json), ElementsAre("version", "experiment", "runs", "summary"));
  EXPECT_EQ(json["version"], kVersion);
  EXPECT_EQ(json["experiment"]["learning_rate"], 0.001);
  EXPECT_EQ(json["experiment"]["batch_size"], 64);
  const Json& run = json["runs"][0];
  EXPECT_THAT(keys(run), ElementsAre("init", "seed", "status", "diverged_at_step", "step_zero", "epochs"));
  EXPECT_EQ(run["seed"], 18446744073709551615U);
  EXPECT_EQ(run["status"], "diverged");
  EXPECT_EQ(run["diverged_at_step"], 12);
  EXPECT_TRUE(run["step_zero"].is_null());
  EXPECT_THAT(keys(run["epochs"][0]),
              ElementsAre("epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"));
  EXPECT_EQ(run["epochs"][0]["train_accuracy"], 1.0 / 3);  // reads back as the same number
  const Json& row = json["summary"][0];
  for (const char* key : {"init", "test_accuracy_mean", "test_accuracy_ci95", "seeds", "remark", "difference_mean"}) {
    EXPECT_TRUE(row.contains(key)) << key;
  }
}

TEST(ResultFiles, NumbersAreShortAndNonFiniteOnesNull) {
  const std::string text = to_json(sample_result());
  EXPECT_THAT(text, HasSubstr("\"train_loss\": 0.1,"));
  EXPECT_THAT(text, HasSubstr("\"test_loss\": null"));
  EXPECT_THAT(text, HasSubstr("\"test_accuracy_mean\": null"));
}

TEST(ResultFiles, ValidationAppearsWhenThereIsAValidationPart) {
  CompareResult result = sample_result();
  result.validation_rows = 5;
  EXPECT_TRUE(Json::parse(to_json(result))["runs"][0]["epochs"][0].contains("validation_accuracy"));
}

TEST(ResultFiles, StepZeroIsWrittenLayerByLayer) {
  CompareResult result = sample_result();
  observe::LayerStart layer;
  layer.name = "layer1";
  layer.input_size = 0.375;
  layer.gradient_norm = 0.5;
  layer.equal_gradients = true;
  result.runs[0].step_zero.layers = {layer};
  const Json written = Json::parse(to_json(result))["runs"][0]["step_zero"]["layers"][0];
  EXPECT_EQ(written["name"], "layer1");
  EXPECT_EQ(written["input_size"], 0.375);
  EXPECT_EQ(written["gradient_norm"], 0.5);
  EXPECT_EQ(written["equal_gradients"], true);
  EXPECT_TRUE(written["equal_weights"].is_null());
  EXPECT_TRUE(written["zero_fraction"].is_null());
}

TEST(ResultFiles, BytesThatAreNoTextDoNotSpoilTheFile) {
  CompareResult result = sample_result();
  result.data_source = "/data/\xff\xfe";
  result.data_name = "quote \" and \n";
  EXPECT_EQ(Json::parse(to_json(result))["experiment"]["data_name"], "quote \" and \n");
}

TEST(ResultFiles, TheCsvQuotesCommasAndLeavesNonFiniteCellsEmpty) {
  EXPECT_EQ(to_csv(sample_result()),
            "init,seed,epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,test_loss,test_accuracy,"
            "seconds\n"
            "\"uniform(low=-0.1, high=0.1)\",18446744073709551615,1,0.1,0.3333333333333333,,,,0.25,1.5\n");
}

TEST(ResultFiles, AFileIsReplacedWhole) {
  const TestFolder folder;
  const auto path = folder.write("result.json", "old");
  write_file_atomically(path, to_json(sample_result()));
  std::ifstream file(path);
  EXPECT_EQ(Json::parse(file)["version"], kVersion);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THROW(write_file_atomically(folder.path() / "no" / "such" / "x.json", "text"), Error);
}

}  // namespace
}  // namespace fanin::experiment
