// When a training's files are written, and which: last.safetensors with everything, best.safetensors with the best
// epoch's parameters, train.json and epochs.csv for people.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fanin/experiment/training/checkpoint.hpp"

namespace fanin::experiment {

/// How often to save: writing must not dominate the training. Pure, so that no test needs a clock.
struct SavePace {
  double seconds = 30;   ///< TrainSettings::checkpoint_seconds
  double last_cost = 0;  ///< seconds that the last checkpoint took to write

  static constexpr double kShare = 20;  ///< at least so many times the cost lies between two checkpoints

  [[nodiscard]] bool due_within_epoch(double since_last) const noexcept;
  [[nodiscard]] bool due_after_epoch(double since_last) const noexcept;
};

class Saver final {
 public:
  /// Writes to settings.out, or nothing where that is empty.
  Saver(const TrainSettings& settings, const net::Graph& graph, const DataSet& data);

  [[nodiscard]] bool active() const noexcept { return writer_.has_value(); }
  [[nodiscard]] bool due_within_epoch() const;
  [[nodiscard]] bool due_after_epoch() const;

  /// Keeps the parameters as the best so far. They are in best.safetensors before last.safetensors names their epoch.
  void keep_best(const TrainState& state, const engine::Plan& plan);
  /// Writes last.safetensors, and before it the best.
  void save(const TrainState& state, const engine::Plan& plan);
  /// Writes train.json and epochs.csv.
  void report(const TrainResult& result);

 private:
  using Clock = std::chrono::steady_clock;
  struct Best {
    TrainState state;
    std::map<std::string, std::vector<float>> values;
  };
  void write_best(const TrainState& state, const CheckpointWriter::Values& values);
  [[nodiscard]] double since_last() const;

  std::filesystem::path folder_;
  std::optional<CheckpointWriter> writer_;
  std::optional<Best> best_;  // not written yet
  SavePace pace_;
  double best_cost_ = 0;  // of a best.safetensors that was written for the next save
  Clock::time_point last_;
};

}  // namespace fanin::experiment
