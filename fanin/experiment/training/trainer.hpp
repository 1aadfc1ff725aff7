// The loop of one training: batches, steps, evaluations, checkpoints.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <stop_token>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/training/checkpoint.hpp"
#include "fanin/experiment/training/saver.hpp"
#include "fanin/experiment/training/schedule.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/experiment/watch/first_filters.hpp"
#include "fanin/experiment/watch/monitor.hpp"

namespace fanin::experiment {

/// Means over the predictions of some rows.
struct Score {
  double loss = 0;
  double accuracy = 0;
};

/// Rows that a plan is given, with the data set they are from.
struct RowSource {
  const DataSet& data;
  const InputScaling& scaling;
};

/// Copies rows of a part into a plan's input and labels or targets.
void fill(engine::Plan& plan, const RowSource& source, const Samples& part, std::span<const std::uint32_t> rows);

/// Which learning rate each parameter has, and whether weight decay acts on it.
void set_parameter_rules(const TrainSetup& setup, engine::Plan& plan);

/// The mean loss and accuracy over a part, its rows in order; nothing when a stop came in between.
/// @param rows_at_once  at most the plan's batch size.
std::optional<Score> evaluate_part(engine::Plan& plan, const RowSource& source, const Samples& part,
                                   std::int64_t rows_at_once, net::Loss loss, const std::stop_token& stop);

class Trainer final {
 public:
  /// @param setup  must outlive the trainer, as must `data`. The calling thread must have called use_one_thread().
  Trainer(const TrainSetup& setup, const DataSet& data, TrainObserver* observer, std::stop_token stop);

  /// From the first step.
  TrainResult run();
  /// From a checkpoint; one that has ended is left as it is. @throws Error bad_data.
  TrainResult resume(const Checkpoint& checkpoint);

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool comes_through(const TrainState& state) const;
  void loop();
  void train_epoch();
  bool train_step(std::span<const std::uint32_t> rows);
  void finish_epoch();
  std::optional<TrainEpoch> evaluate_epoch(bool tested);
  void judge(const TrainEpoch& epoch, bool tested);
  void end(TrainStatus status);
  void diverge();
  void tell_step(std::size_t rows);
  void begin_watch();
  void end_watch();
  /// As a checkpoint holds it, with the times of this process added.
  [[nodiscard]] TrainState state_now() const;
  [[nodiscard]] TrainResult result() const;
  [[nodiscard]] Score training_score() const;

  const TrainSettings& settings_;
  const TrainSetup& setup_;
  const DataSet& data_;
  TrainObserver* observer_;
  std::stop_token stop_;
  net::Loss loss_;
  Schedule schedule_;
  engine::Plan plan_;
  std::optional<Monitor> monitor_;
  std::optional<FirstFilters> filters_;  // where there is a monitor
  std::optional<observe::Diagnosis> diagnosis_;
  std::optional<observe::Trace> trace_;  // thinned, once the training has ended
  Saver saver_;
  TrainState state_;
  TrainResult facts_;  // what is known before the first step
  std::int64_t per_epoch_ = 0;
  std::int64_t total_ = 0;
  std::int64_t rows_seen_ = 0;
  bool running_ = false;
  bool ended_ = false;
  Clock::time_point begin_;
  Clock::time_point epoch_begin_;
};

}  // namespace fanin::experiment
