#include "apps/fanin/sweep_events.hpp"

#include "apps/fanin/command_line.hpp"

namespace fanin::cli {

void SweepEvents::started(const experiment::SweepResult& result, const experiment::SweepMoment& moment, int workers) {
  experiment_ = {.kind = experiment::ExperimentKind::sweep,
                 .name = result.plan.name,
                 .settings = experiment::to_json(result.plan),
                 .command_line = command_line()};
  output_.attempt([&] { experiment::write_experiment_events(output_.folder(), experiment_, wall_time); });
  if (next_ != nullptr) next_->started(result, moment, workers);
}

void SweepEvents::run_finished(const experiment::SweepPoint& point, const experiment::StoredRun& run,
                               const experiment::SweepMoment& moment) {
  output_.attempt([&] {
    experiment::RunEvents events(output_.folder() / experiment::run_folder_name(run), wall_time);
    events.begin(experiment_, run);
    for (const experiment::StoredEpoch& epoch : run.epochs) events.epoch(epoch);
    events.findings(run.findings, run.verdict);
    events.end(run.status);
  });
  if (next_ != nullptr) next_->run_finished(point, run, moment);
}

void SweepEvents::moved(const experiment::SweepMoment& moment) {
  if (next_ != nullptr) next_->moved(moment);
}

}  // namespace fanin::cli
