// A folder that goes with the test, and runs with something in every field.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "fanin/experiment/store/store.hpp"

namespace fanin::experiment {

class StoreFolder final {
 public:
  explicit StoreFolder(const std::string& name)
      : path_(std::filesystem::path(testing::TempDir()) / (name + "." + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~StoreFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path store() const { return path_ / kStoreFileName; }

 private:
  std::filesystem::path path_;
};

inline StoredExperiment some_experiment() {
  return {.kind = ExperimentKind::sweep,
          .name = "gains",
          .settings = R"({"net":"784-10","epochs":2})",
          .command_line = "fanin sweep gains.toml --out \"a b\"",
          .version = "0.1.0",
          .created_at = "2026-11-22T07:30:00Z",
          .planned_runs = 12};
}

inline StoredRun full_run(const std::string& key) {
  StoredRun run{.key = key, .init = "normal(std=0.01)", .seed = ~std::uint64_t{0}, .settings = R"({"gain":1.5})"};
  run.status = StoredStatus::diverged;
  run.message = "loss above 1e6 – quotes ' and \" and ünïcode";
  run.verdict = "unhealthy";
  run.diverged_at_step = 17;
  run.steps = 18;
  run.train_loss = 0.1;
  run.train_accuracy = 0.2;
  run.validation_loss = 0.3;
  run.validation_accuracy = 0.4;
  run.test_loss = 0.5;
  run.test_accuracy = 0.6;
  run.seconds = 0.7;
  run.ended_at = "2026-11-22T07:31:02Z";
  for (std::int64_t epoch = 1; epoch <= 3; ++epoch) {
    const auto value = static_cast<double>(epoch);
    run.epochs.push_back({epoch, 6 * epoch, 0.01 * value, value + 0.1, value + 0.2, value + 0.3, value + 0.4,
                          value + 0.5, value + 0.6, value + 0.7});
  }
  for (std::int64_t step = 0; step < 2; ++step) {
    run.layers.push_back({step, "layer1.dense", false, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, kNotMeasured});
    run.layers.push_back({step, "layer1.weight", true, 2.1, 2.2, 2.3, kNotMeasured, kNotMeasured, kNotMeasured, 2.7});
  }
  run.findings.push_back({"dead_relu", "layer1", "warning", "fraction of dead units", 0.9, 0.1, "the data", "cause",
                          "a smaller learning rate"});
  run.findings.push_back({"diverging_loss", "", "error", "loss", 1e9, kNotMeasured, "", "it grows", ""});
  return run;
}

/// NaN equals NaN here.
inline void expect_same(double read, double written, const char* what) {
  if (read != written && (read == read || written == written)) ADD_FAILURE() << what << ": " << read << ", " << written;
}

inline void expect_equal(const StoredRun& read, const StoredRun& written) {
  EXPECT_EQ(read.key, written.key);
  EXPECT_EQ(read.init, written.init);
  EXPECT_EQ(read.seed, written.seed);
  EXPECT_EQ(read.settings, written.settings);
  EXPECT_EQ(read.status, written.status);
  EXPECT_EQ(read.message, written.message);
  EXPECT_EQ(read.verdict, written.verdict);
  EXPECT_EQ(read.diverged_at_step, written.diverged_at_step);
  EXPECT_EQ(read.steps, written.steps);
  EXPECT_EQ(read.ended_at, written.ended_at);
  for (const auto member :
       {&StoredRun::train_loss, &StoredRun::train_accuracy, &StoredRun::validation_loss,
        &StoredRun::validation_accuracy, &StoredRun::test_loss, &StoredRun::test_accuracy, &StoredRun::seconds}) {
    expect_same(read.*member, written.*member, "a result");
  }
  EXPECT_EQ(read.epochs, written.epochs);
  ASSERT_EQ(read.layers.size(), written.layers.size());
  for (std::size_t i = 0; i < read.layers.size(); ++i) {
    EXPECT_EQ(read.layers[i].step, written.layers[i].step);
    EXPECT_EQ(read.layers[i].name, written.layers[i].name);
    EXPECT_EQ(read.layers[i].parameter, written.layers[i].parameter);
    for (const auto member :
         {&StoredLayer::mean, &StoredLayer::std_dev, &StoredLayer::gradient_norm, &StoredLayer::dead,
          &StoredLayer::saturated, &StoredLayer::correlation, &StoredLayer::update_ratio}) {
      expect_same(read.layers[i].*member, written.layers[i].*member, "a layer's statistic");
    }
  }
  ASSERT_EQ(read.findings.size(), written.findings.size());
  for (std::size_t i = 0; i < read.findings.size(); ++i) {
    for (const auto member :
         {&StoredFinding::problem, &StoredFinding::layer, &StoredFinding::severity, &StoredFinding::quantity,
          &StoredFinding::source, &StoredFinding::cause, &StoredFinding::remedy}) {
      EXPECT_EQ(read.findings[i].*member, written.findings[i].*member);
    }
    expect_same(read.findings[i].measured, written.findings[i].measured, "measured");
    expect_same(read.findings[i].expected, written.findings[i].expected, "expected");
  }
}

}  // namespace fanin::experiment
