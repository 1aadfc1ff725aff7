// TensorBoard's event files of a sweep: a folder for each run as it ends, below one that declares the hyperparameters.
#pragma once

#include "apps/fanin/event_output.hpp"
#include "fanin/experiment/sweep/sweep.hpp"

namespace fanin::cli {

class SweepEvents final : public experiment::SweepObserver {
 public:
  /// @param next  may be null.
  SweepEvents(EventOutput& output, experiment::SweepObserver* next) : output_(output), next_(next) {}

  void started(const experiment::SweepResult& result, const experiment::SweepMoment& moment, int workers) override;
  void run_finished(const experiment::SweepPoint& point, const experiment::StoredRun& run,
                    const experiment::SweepMoment& moment) override;
  bool wants_moment() noexcept override { return next_ != nullptr && next_->wants_moment(); }
  void moved(const experiment::SweepMoment& moment) override;

 private:
  EventOutput& output_;
  experiment::SweepObserver* next_;
  experiment::StoredExperiment experiment_;
};

}  // namespace fanin::cli
