#include "apps/fanin/sweep_events.hpp"

#include <vector>

#include "apps/fanin/command_line.hpp"
#include "fanin/experiment/store/store.hpp"

namespace fanin::cli {

void SweepEvents::started(const experiment::SweepResult& result, const experiment::SweepMoment& moment, int workers) {
  output_.attempt([&] {
    experiment::StoredExperiment experiment = result.experiment;
    experiment.command_line = command_line();
    std::vector<experiment::StoredRun> planned;
    for (const experiment::SweepPoint& point : result.points) planned.push_back(experiment::planned_run(point));
    experiment::write_experiment_events(output_.folder(), experiment, planned, wall_time);
    events_.emplace(output_.folder(), std::move(experiment), wall_time);
    std::optional<experiment::StoreReader> reader;
    for (const auto& run : result.runs) {
      if (!run || !experiment::is_complete(run->status) || events_->has(*run)) continue;
      if (!reader) reader.emplace(store_);
      events_->write(reader->run(run->id));
    }
  });
  if (next_ != nullptr) next_->started(result, moment, workers);
}

void SweepEvents::run_finished(const experiment::SweepPoint& point, const experiment::StoredRun& run,
                               const experiment::SweepMoment& moment) {
  output_.attempt([&] { events_->write(run); });
  if (next_ != nullptr) next_->run_finished(point, run, moment);
}

void SweepEvents::moved(const experiment::SweepMoment& moment) {
  if (next_ != nullptr) next_->moved(moment);
}

}  // namespace fanin::cli
