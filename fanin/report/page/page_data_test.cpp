#include "fanin/report/page/page_data.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <memory>

#include "fanin/report/json_values.hpp"

namespace fanin::report {
namespace {

using experiment::CompareResult;
using experiment::CompareSettings;

// Two wide tanh layers on two spirals, from a start that shrinks and from one that keeps sizes.
const CompareResult& spirals() {
  static const CompareResult kResult = [] {
    CompareSettings settings;
    settings.data = "spirals";
    settings.net = "2-256-256-2";
    settings.activation = "tanh";
    settings.inits = {"zeros", "lecun_normal"};
    settings.epochs = 2;
    settings.seeds = 2;
    settings.watch.page = true;
    settings.watch.every = 5;
    const experiment::DataSet data = experiment::load_data_set(settings.data, settings.data_options);
    return experiment::compare(settings, data, nullptr, {});
  }();
  return kResult;
}

TEST(PageData, OfAComparisonHoldsTheNumbersOfItsResult) {
  const CompareResult& result = spirals();
  const Json page = parse_json(compare_page_data(result));
  EXPECT_EQ(page["version"], 1);
  EXPECT_EQ(page["kind"], "compare");
  ASSERT_EQ(page["runs"].size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const experiment::RunResult& run = result.runs[i];
    EXPECT_EQ(page["runs"][i]["init"], run.init);
    EXPECT_EQ(page["runs"][i]["seed"], run.seed);
    ASSERT_EQ(page["runs"][i]["epochs"]["test_accuracy"].size(), 2U);
    EXPECT_EQ(page["runs"][i]["epochs"]["test_accuracy"][1], run.epochs[1].test_accuracy);
    EXPECT_EQ(page["runs"][i]["epochs"]["train_loss"][0], run.epochs[0].train_loss);
  }
  EXPECT_EQ(page["summary"][0]["verdict"], "unhealthy");
  ASSERT_TRUE(result.runs[0].diagnosis.has_value());
  EXPECT_EQ(page["summary"][0]["reason"], result.runs[0].diagnosis->reason);
  EXPECT_EQ(page["summary"][1]["test_accuracy_mean"], result.summary[1].test_accuracy_mean);
  EXPECT_EQ(page["summary"][0]["remark"], result.summary[0].remark);
}

TEST(PageData, OnlyTheFirstRunOfAnInitializationIsDetailed) {
  const Json page = parse_json(compare_page_data(spirals()));
  EXPECT_TRUE(page["runs"][0]["watch"].contains("records"));
  EXPECT_TRUE(page["runs"][1]["watch"].contains("records"));
  EXPECT_FALSE(page["runs"][2]["watch"].contains("records"));
  EXPECT_TRUE(page["runs"][2]["watch"].contains("findings"));
}

TEST(PageData, RecordsAndHistogramsHaveAnEntryForEveryStepAndLayer) {
  const Json page = parse_json(compare_page_data(spirals()));
  const Json& watch = page["runs"][1]["watch"];
  const std::size_t steps = watch["records"]["step"].size();
  ASSERT_GE(steps, 3U);
  for (const char* name : {"activation", "gradient", "weight_gradient", "weight", "dead", "update_ratio"}) {
    ASSERT_EQ(watch["records"][name].size(), steps) << name;
    for (const Json& row : watch["records"][name]) EXPECT_EQ(row.size(), 3U);
  }
  const Json& histograms = watch["histograms"];
  ASSERT_GE(histograms["step"].size(), 3U);
  EXPECT_EQ(histograms["step"][0], 0);
  std::int64_t values = 0;
  for (const Json& count : histograms["weight"][0][1]["counts"]) values += count.get<std::int64_t>();
  EXPECT_EQ(values, 256 * 256);
}

// Wide layers are where the prediction is exact: within 4 standard errors of a draw of 256 units, some 15 %.
TEST(PageData, ThePredictionAgreesWithWhatWasMeasured) {
  const Json page = parse_json(compare_page_data(spirals()));
  const Json& watch = page["runs"][1]["watch"];
  ASSERT_FALSE(watch["predicted"].is_null());
  for (const char* quantity : {"activation", "gradient"}) {
    for (std::size_t l = 0; l < 2; ++l) {
      const double predicted = watch["predicted"][quantity][l].get<double>();
      EXPECT_NEAR(watch["layers"][l][quantity].get<double>(), predicted, 0.25 * predicted) << quantity << l;
    }
  }
}

TEST(PageData, ARunThatNobodyWatchedStillHasItsStart) {
  CompareResult result = spirals();
  for (experiment::RunResult& run : result.runs) {
    run.trace.reset();
    run.diagnosis.reset();
  }
  const Json page = parse_json(compare_page_data(result));
  EXPECT_TRUE(page["runs"][1]["watch"].is_null());
  EXPECT_TRUE(page["summary"][1]["verdict"].is_null());
  EXPECT_EQ(page["runs"][1]["start"]["layers"].size(), 3U);
}

const experiment::ProbeSettings& three_steps() {
  static const auto kSettings = [] {
    auto settings = std::make_unique<experiment::ProbeSettings>();
    settings->training.net = "2-8-2";
    settings->training.data = "spirals";
    settings->training.epochs = 1;
    settings->training.watch.page = true;
    settings->steps = 3;
    return settings;
  }();
  return *kSettings;
}

Json trained_page(const experiment::DataSet& data) {
  return parse_json(train_page_data(experiment::train(three_steps().training, data, nullptr, {})));
}

Json checked_page(const experiment::DataSet& data, bool from_file) {
  const observe::Trace trace = experiment::probe(three_steps(), data, {}, {});
  const observe::Diagnosis diagnosis = observe::diagnose(trace);
  return parse_json(check_page_data({.title = "a check",
                                     .trace = trace,
                                     .diagnosis = diagnosis,
                                     .settings = from_file ? nullptr : &three_steps(),
                                     .trace_file = from_file ? "my run.jsonl" : ""}));
}

TEST(PageData, OfATrainingAndOfACheckHaveTheSameShape) {
  const experiment::DataSet data = experiment::load_data_set("spirals", {});
  const Json checked = checked_page(data, false);
  for (const Json& page : {trained_page(data), checked}) {
    for (const char* name : {"version", "kind", "title", "command", "settings", "facts", "summary", "runs"}) {
      EXPECT_TRUE(page.contains(name)) << name;
    }
    for (const char* name : {"verdict", "findings", "layers", "predicted", "steps", "records", "histograms"}) {
      EXPECT_TRUE(page["runs"][0]["watch"].contains(name)) << name;
    }
  }
  EXPECT_EQ(checked["runs"][0]["watch"]["steps"]["step"].size(), 3U);
  EXPECT_EQ(checked_page(data, true)["command"], "fanin check --trace \"my run.jsonl\"");
}

}  // namespace
}  // namespace fanin::report
