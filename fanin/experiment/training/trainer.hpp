// The loop of one training: batches, steps, evaluations, checkpoints.
#pragma once

#include <chrono>
#include <numeric>
#include <optional>
#include <stop_token>
#include <vector>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/training/checkpoint.hpp"
#include "fanin/experiment/training/schedule.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {

/// Sums over the predictions of some rows.
struct Score {
  double loss = 0;
  double accuracy = 0;
};

/// Copies rows of a part into a plan's input and labels or targets.
void fill(engine::Plan& plan, const DataSet& data, const Samples& part, std::span<const std::uint32_t> rows);

/// The mean loss and accuracy over a part, its rows in order; nothing when a stop came in between.
/// @param rows_at_once  at most the plan's batch size.
std::optional<Score> evaluate_part(engine::Plan& plan, const DataSet& data, const Samples& part,
                                   std::int64_t rows_at_once, net::Loss loss, const std::stop_token& stop);

class Trainer final {
 public:
  /// @param settings  resolved. The calling thread must have called use_one_thread().
  Trainer(const TrainSettings& settings, const DataSet& data, TrainObserver* observer, std::stop_token stop);

  /// From the first step.
  TrainResult run();
  /// From a checkpoint. @throws Error bad_data.
  TrainResult resume(const Checkpoint& checkpoint, const std::filesystem::path& file);

 private:
  using Clock = std::chrono::steady_clock;

  TrainResult loop();
  void train_epoch();
  bool train_step(std::span<const std::uint32_t> rows);
  bool finish_epoch();
  bool judge(const TrainEpoch& epoch);
  void end(TrainStatus status);
  void diverge();
  void save(bool best);
  void save_if_due();
  void tell_step(std::size_t rows);
  [[nodiscard]] double seconds() const;
  [[nodiscard]] Score training_score() const;

  const TrainSettings& settings_;
  const DataSet& data_;
  TrainObserver* observer_;
  std::stop_token stop_;
  net::Graph graph_;
  net::Loss loss_;
  Schedule schedule_;
  engine::Plan plan_;
  TrainState state_;
  TrainResult result_;
  std::int64_t per_epoch_ = 0;
  std::int64_t total_ = 0;
  std::int64_t rows_seen_ = 0;
  double learning_rate_ = 0;
  bool ended_ = false;
  Clock::time_point begin_;
  Clock::time_point epoch_begin_;
  Clock::time_point last_save_;
};

}  // namespace fanin::experiment
