#include "fanin/experiment/store/store.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/store_for_test.hpp"

namespace fanin::experiment {
namespace {

std::string error_of(const auto& action, ErrorCode code) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

TEST(Store, GivesBackEveryFieldOfARun) {
  const StoreFolder folder("store_fields");
  const StoredRun written = full_run("he_normal/seed 18446744073709551615");
  std::int64_t id = 0;
  {
    StoreWriter writer(folder.store());
    const std::int64_t experiment = writer.add_experiment(some_experiment());
    id = writer.commit_run(experiment, written);
  }
  const StoreReader reader(folder.store());
  const StoredExperiment experiment = reader.experiments().at(0);
  EXPECT_EQ(experiment.kind, ExperimentKind::sweep);
  EXPECT_EQ(experiment.name, some_experiment().name);
  EXPECT_EQ(experiment.settings, some_experiment().settings);
  EXPECT_EQ(experiment.command_line, some_experiment().command_line);
  EXPECT_EQ(experiment.version, some_experiment().version);
  EXPECT_EQ(experiment.created_at, some_experiment().created_at);
  EXPECT_EQ(experiment.planned_runs, some_experiment().planned_runs);
  expect_equal(reader.run(id), written);
}

TEST(Store, KeepsWhatIsNotMeasuredAndWhatIsInfiniteApart) {
  const StoreFolder folder("store_nan");
  StoredRun run{.key = "a"};
  run.test_loss = std::numeric_limits<double>::infinity();
  run.train_loss = -0.0;
  run.test_accuracy = kNotMeasured;
  StoreWriter writer(folder.store());
  const std::int64_t id = writer.commit_run(writer.add_experiment(some_experiment()), run);
  const StoredRun read = StoreReader(folder.store()).run(id);
  EXPECT_EQ(read.test_loss, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(read.test_accuracy));
  EXPECT_EQ(read.train_loss, 0);
}

TEST(Store, SelectsRunsByEveryMemberOfAQuery) {
  const StoreFolder folder("store_query");
  StoreWriter writer(folder.store());
  const std::int64_t first = writer.add_experiment(some_experiment());
  const std::int64_t second = writer.add_experiment(some_experiment());
  writer.commit_run(first, {.key = "a1", .init = "zeros", .seed = 1, .status = StoredStatus::diverged});
  writer.commit_run(first, {.key = "b1", .init = "he_normal", .seed = 1});
  writer.commit_run(first, {.key = "b2", .init = "he_normal", .seed = 2});
  writer.commit_run(second, {.key = "b2", .init = "he_normal", .seed = 2, .status = StoredStatus::failed});
  const StoreReader reader(folder.store());
  const auto keys = [&](const RunQuery& query) {
    std::string text;
    for (const StoredRun& run : reader.runs(query)) text += run.key + ' ';
    return text;
  };
  EXPECT_EQ(keys({}), "a1 b1 b2 b2 ");
  EXPECT_EQ(keys({.experiment = first}), "a1 b1 b2 ");
  EXPECT_EQ(keys({.statuses = {StoredStatus::diverged, StoredStatus::failed}}), "a1 b2 ");
  EXPECT_EQ(keys({.init = "he_normal", .seed = 2}), "b2 b2 ");
  EXPECT_EQ(keys({.experiment = second, .key = "a1"}), "");
}

TEST(Store, ContinuesTheExperimentWithTheSameKindNameAndSettings) {
  const StoreFolder folder("store_continue");
  StoreWriter writer(folder.store());
  StoredExperiment experiment = some_experiment();
  const std::int64_t id = writer.continue_experiment(experiment);
  experiment.created_at = "2027-01-01T00:00:00Z";
  EXPECT_EQ(writer.continue_experiment(experiment), id);
  experiment.settings = "{\"other\":1}";
  EXPECT_NE(writer.continue_experiment(experiment), id);
}

TEST(Store, ReplacesAnInterruptedRunAndNeverACompleteOne) {
  const StoreFolder folder("store_replace");
  StoreWriter writer(folder.store());
  const std::int64_t experiment = writer.add_experiment(some_experiment());
  StoredRun run = full_run("key");
  run.status = StoredStatus::interrupted;
  writer.commit_run(experiment, run);
  EXPECT_TRUE(writer.complete_keys(experiment).empty());
  run.status = StoredStatus::finished;
  run.epochs.resize(1);
  const std::int64_t id = writer.commit_run(experiment, run);
  EXPECT_EQ(writer.complete_keys(experiment), std::set<std::string>{"key"});
  const std::string message = error_of([&] { writer.commit_run(experiment, run); }, ErrorCode::bad_value);
  EXPECT_NE(message.find("complete already"), std::string::npos) << message;
  EXPECT_EQ(StoreReader(folder.store()).runs({}).size(), 1U);
  EXPECT_EQ(StoreReader(folder.store()).run(id).epochs.size(), 1U);
}

TEST(Store, WritesARunWhollyOrNotAtAll) {
  const StoreFolder folder("store_whole");
  StoreWriter writer(folder.store());
  const std::int64_t experiment = writer.add_experiment(some_experiment());
  StoredRun run = full_run("twice an epoch");
  run.epochs.push_back(run.epochs.back());
  error_of([&] { writer.commit_run(experiment, run); }, ErrorCode::bad_value);
  EXPECT_TRUE(StoreReader(folder.store()).runs({}).empty());
  run.epochs.pop_back();
  writer.commit_run(experiment, run);
  error_of([&] { writer.commit_run(experiment + 1, run); }, ErrorCode::bad_value);
  EXPECT_EQ(StoreReader(folder.store()).runs({}).size(), 1U);
}

TEST(Store, IsReadWhileItIsWritten) {
  const StoreFolder folder("store_readers");
  StoreWriter writer(folder.store());
  const StoreReader before(folder.store());
  const std::int64_t experiment = writer.add_experiment(some_experiment());
  for (int i = 0; i < 5; ++i) {
    writer.commit_run(experiment, full_run(std::to_string(i)));
    EXPECT_EQ(before.runs({}).size(), static_cast<std::size_t>(i) + 1);
  }
}

TEST(Store, KeepsEachArtifactOnceAndWithItsRun) {
  const StoreFolder folder("store_artifacts");
  StoreWriter writer(folder.store());
  const std::int64_t experiment = writer.add_experiment(some_experiment());
  const std::int64_t run = writer.commit_run(experiment, full_run("a"));
  for (int twice = 0; twice < 2; ++twice) {
    writer.add_artifact(experiment, {.kind = "result", .path = "result.json"});
    writer.add_artifact(experiment, {.run = run, .kind = "trace", .path = "trace.jsonl"});
  }
  const auto artifacts = StoreReader(folder.store()).artifacts(experiment);
  ASSERT_EQ(artifacts.size(), 2U);
  EXPECT_EQ(artifacts[0].run, 0);
  EXPECT_EQ(artifacts[1].run, run);
  EXPECT_EQ(artifacts[1].path, "trace.jsonl");
  error_of([&] { writer.add_artifact(experiment + 1, {.run = run, .kind = "trace", .path = "x"}); },
           ErrorCode::bad_value);
}

TEST(Store, RefusesSettingsThatAreNoJsonObject) {
  const StoreFolder folder("store_settings");
  StoreWriter writer(folder.store());
  const std::int64_t experiment = writer.add_experiment(some_experiment());
  error_of([&] { writer.commit_run(experiment, {.key = "a", .settings = "{\"a\":"}); }, ErrorCode::bad_value);
  error_of([&] { writer.commit_run(experiment, {.key = "a", .settings = "[1]"}); }, ErrorCode::bad_value);
  error_of([&] { writer.add_experiment({.settings = ""}); }, ErrorCode::bad_value);
}

TEST(Store, SaysSettingsInWords) {
  EXPECT_EQ(settings_in_words(R"({"init":"zeros","gain":1.5,"net":"784-10","seed":3,"deep":{"a":1}})"),
            "gain=1.5, net=784-10");
  EXPECT_EQ(settings_in_words("{}"), "");
  EXPECT_EQ(settings_in_words("nonsense"), "");
  EXPECT_EQ(settings_in_words("{\"a\":" + std::string(100'000, '[')), "");
}

TEST(Store, IsFoundByItsFolder) {
  const StoreFolder folder("store_find");
  error_of([&] { find_store(folder.path()); }, ErrorCode::missing_data);
  { const StoreWriter writer(folder.store()); }
  EXPECT_EQ(find_store(folder.path()), folder.store());
  EXPECT_EQ(find_store(folder.store()), folder.store());
  error_of([&] { StoreReader(folder.path() / "none.sqlite"); }, ErrorCode::missing_data);
}

}  // namespace
}  // namespace fanin::experiment
