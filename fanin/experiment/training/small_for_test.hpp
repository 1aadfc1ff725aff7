// For the tests of trainings: small data, a stop at a chosen moment, and what two trainings left behind compared.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/data/test_files.hpp"
#include "fanin/experiment/training/checkpoint.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/io/safetensors.hpp"

namespace fanin::experiment {

/// 64 rows to train on and 16 for validation, in two classes.
inline DataSet small_data() {
  return load_data_set("spirals(points=80, test_points=24)", {.validation_fraction = 0.2});
}

/// Three epochs of five steps, the last of 12 rows.
inline TrainSettings small_settings() {
  TrainSettings settings;
  settings.net = "2-8-2";
  settings.data = "spirals(points=80, test_points=24)";
  settings.data_options.validation_fraction = 0.2;
  settings.batch_size = 13;
  settings.epochs = 3;
  settings.checkpoint_seconds = 1e9;
  return settings;
}

/// Asks for a stop after a step, or when the evaluation of an epoch begins.
class StopAt final : public TrainObserver {
 public:
  explicit StopAt(std::int64_t step, bool evaluation = false) : step_(step), evaluation_(evaluation) {
    if (step == 0) source_.request_stop();
  }
  void started(const TrainResult&, const net::Graph&) override {}
  void stepped(const TrainMoment& moment) override {
    last_ = moment.step;
    if (!evaluation_ && moment.step >= step_) source_.request_stop();
  }
  void evaluating() override {
    if (evaluation_ && last_ >= step_) source_.request_stop();
  }
  void epoch_finished(const TrainResult&, const TrainEpoch&) override {}
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::int64_t step_;
  std::int64_t last_ = 0;
  bool evaluation_;
};

/// Trains to the step, or to the evaluation after it, and stops; then goes on to the end.
inline TrainResult train_in_two(const TrainSettings& settings, const DataSet& data, std::int64_t step,
                                bool evaluation = false) {
  StopAt stop(step, evaluation);
  train(settings, data, &stop, stop.token());
  return resume_training(settings, data, nullptr, {});
}

/// Everything in a checkpoint's tensors, by name.
inline std::map<std::string, std::vector<float>> tensors_of(const std::filesystem::path& file) {
  const io::SafetensorsFile tensors(file);
  std::map<std::string, std::vector<float>> values;
  for (const io::SafetensorsEntry& entry : tensors.entries()) {
    const io::Array array = tensors.read(entry);
    const auto span = io::values<float>(array);
    values.emplace(entry.name, std::vector<float>(span.begin(), span.end()));
  }
  return values;
}

/// A state as text, without what may differ between repeats: times.
inline std::string timeless(const TrainState& state) {
  Json json = state_json(state);
  json.erase("seconds");
  json.erase("epoch_seconds");
  for (Json& epoch : json["epochs"]) epoch.erase("seconds");
  return json.dump(1);
}

/// Weights, optimizer state, counters and history, bit for bit; and the best epoch's weights.
inline void expect_same_training(const std::filesystem::path& expected, const std::filesystem::path& actual) {
  const std::string last = "last.safetensors";
  EXPECT_EQ(timeless(read_checkpoint(actual / last).state), timeless(read_checkpoint(expected / last).state));
  EXPECT_EQ(tensors_of(actual / last), tensors_of(expected / last));
  const std::string best = "best.safetensors";
  ASSERT_EQ(std::filesystem::exists(actual / best), std::filesystem::exists(expected / best));
  if (!std::filesystem::exists(expected / best)) return;
  EXPECT_EQ(tensors_of(actual / best), tensors_of(expected / best));
  EXPECT_EQ(timeless(read_checkpoint(actual / best).state), timeless(read_checkpoint(expected / best).state));
}

/// What an action throws, as "code: where: message", or "accepted".
inline std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

}  // namespace fanin::experiment
