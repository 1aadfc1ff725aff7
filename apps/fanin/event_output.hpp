// TensorBoard's event files of a command: written while its runs go on. A file that cannot be written ends no training;
// finish() complains.
#pragma once

#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/tensorboard/run_events.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::cli {

/// Seconds since 1970.
double wall_time();

/// What observers share: the folder, and the first thing that went wrong.
class EventOutput final {
 public:
  /// @param folder  made if it is not there. @throws OutputError.
  explicit EventOutput(std::filesystem::path folder);

  /// Does `action`, unless something went wrong before.
  template <typename Action>
  void attempt(const Action& action) noexcept {
    if (failure_) return;
    try {
      action();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  /// @throws OutputError when something went wrong.
  void finish() const;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
  std::exception_ptr failure_;
};

/// A folder for each run, below one that declares the hyperparameters.
class CompareEvents final : public experiment::CompareObserver {
 public:
  /// @param output, next  may be null.
  CompareEvents(EventOutput* output, experiment::CompareObserver* next) : output_(output), next_(next) {}

  void started(const experiment::CompareSettings& settings, const experiment::DataSet& data, std::int64_t steps_per_run,
               std::span<const experiment::RunResult> runs, std::span<const experiment::RunProgress> progress) override;
  void epoch_finished(const experiment::RunResult& run, std::size_t index,
                      const experiment::EpochRecord& epoch) override;
  void run_finished(const experiment::RunResult& run, std::size_t index) override;
  void ended() noexcept override;

 private:
  experiment::RunEvents& events_of(const experiment::RunResult& run, std::size_t index);

  EventOutput* output_;
  experiment::CompareObserver* next_;
  experiment::StoredExperiment experiment_;
  std::int64_t steps_per_epoch_ = 0;
  std::map<std::size_t, experiment::RunEvents> open_;  // of the runs that go on
};

/// The folder itself is the run's.
class TrainEvents final : public experiment::TrainObserver {
 public:
  TrainEvents(EventOutput* output, experiment::TrainObserver* next) : output_(output), next_(next) {}

  void started(const experiment::TrainResult& result, const net::Graph& graph) override;
  void stepped(const experiment::TrainMoment& moment) override;
  void evaluating() override;
  void epoch_finished(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch) override;
  /// After the training.
  void end(const experiment::TrainResult& result);

 private:
  EventOutput* output_;
  experiment::TrainObserver* next_;
  std::optional<experiment::RunEvents> events_;
};

}  // namespace fanin::cli
