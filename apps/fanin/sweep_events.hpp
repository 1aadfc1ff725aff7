// TensorBoard's event files of a sweep: a folder for each run as it ends, below one that declares the hyperparameters.
// Runs that were in the store before get theirs at the start, so that the folder is whole after any interruption.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "apps/fanin/event_output.hpp"
#include "fanin/experiment/sweep/sweep.hpp"
#include "fanin/experiment/tensorboard/stored_events.hpp"

namespace fanin::cli {

class SweepEvents final : public experiment::SweepObserver {
 public:
  /// @param store  the sweep's. @param next  may be null.
  SweepEvents(EventOutput& output, std::filesystem::path store, experiment::SweepObserver* next)
      : output_(output), store_(std::move(store)), next_(next) {}

  void started(const experiment::SweepResult& result, const experiment::SweepMoment& moment, int workers) override;
  void run_finished(const experiment::SweepPoint& point, const experiment::StoredRun& run,
                    const experiment::SweepMoment& moment) override;
  bool wants_moment() noexcept override { return next_ != nullptr && next_->wants_moment(); }
  void moved(const experiment::SweepMoment& moment) override;

 private:
  EventOutput& output_;
  std::filesystem::path store_;
  experiment::SweepObserver* next_;
  std::optional<experiment::StoredEvents> events_;
};

}  // namespace fanin::cli
