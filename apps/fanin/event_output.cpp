#include "apps/fanin/event_output.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "apps/fanin/command_line.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/store/stored_results.hpp"

namespace fanin::cli {
namespace {

void give_result(experiment::RunEvents& events, const std::optional<observe::Trace>& trace,
                 const experiment::StoredRun& run) {
  if (trace) events.trace(*trace);
  events.findings(run.findings, run.verdict);
  events.end(run.status);
}

}  // namespace

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

EventOutput::EventOutput(std::filesystem::path folder) : folder_(std::move(folder)) {
  make_folder(folder_);
  check_writable(folder_ / "events.out.tfevents");
}

void EventOutput::finish() const {
  if (!failure_) return;
  try {
    std::rethrow_exception(failure_);
  } catch (const Error& error) {
    throw OutputError(error.what());
  }
}

void CompareEvents::started(const experiment::CompareSettings& settings, const experiment::DataSet& data,
                            std::int64_t steps_per_run, std::span<const experiment::RunResult> runs,
                            std::span<const experiment::RunProgress> progress) {
  steps_per_epoch_ = settings.epochs > 0 ? steps_per_run / settings.epochs : 0;
  if (output_ != nullptr) {
    experiment_ = experiment::stored_experiment(settings);
    experiment_.command_line = command_line();
    output_->attempt([&] {
      std::vector<experiment::StoredRun> all;
      for (const experiment::RunResult& run : runs) all.push_back({.init = run.init, .seed = run.seed});
      experiment::write_experiment_events(output_->folder(), experiment_, all, wall_time);
    });
  }
  if (next_ != nullptr) next_->started(settings, data, steps_per_run, runs, progress);
}

experiment::RunEvents& CompareEvents::events_of(const experiment::RunResult& run, std::size_t index) {
  const auto found = open_.find(index);
  if (found != open_.end()) return found->second;
  const experiment::StoredRun stored{.init = run.init, .seed = run.seed};
  const std::filesystem::path folder = output_->folder() / experiment::run_folder_name(stored);
  experiment::RunEvents& events = open_.try_emplace(index, folder, wall_time).first->second;
  events.begin(experiment_, stored);
  return events;
}

void CompareEvents::epoch_finished(const experiment::RunResult& run, std::size_t index,
                                   const experiment::EpochRecord& epoch) {
  if (output_ != nullptr) {
    output_->attempt([&] { events_of(run, index).epoch(experiment::stored_epoch(epoch, steps_per_epoch_)); });
  }
  if (next_ != nullptr) next_->epoch_finished(run, index, epoch);
}

void CompareEvents::run_finished(const experiment::RunResult& run, std::size_t index) {
  if (output_ != nullptr) {
    output_->attempt(
        [&] { give_result(events_of(run, index), run.trace, experiment::stored_run(run, steps_per_epoch_)); });
    open_.erase(index);
  }
  if (next_ != nullptr) next_->run_finished(run, index);
}

void CompareEvents::ended() noexcept {
  open_.clear();
  if (next_ != nullptr) next_->ended();
}

void TrainEvents::started(const experiment::TrainResult& result, const net::Graph& graph) {
  if (output_ != nullptr) {
    output_->attempt([&] {
      experiment::StoredExperiment experiment =
          experiment::stored_experiment(result.settings, experiment::ExperimentKind::train);
      experiment.command_line = command_line();
      const experiment::StoredRun run = experiment::stored_run(result);
      experiment::write_experiment_events(output_->folder(), experiment, {&run, 1}, wall_time);
      events_.emplace(output_->folder(), wall_time);
      events_->begin(experiment, run);
    });
  }
  if (next_ != nullptr) next_->started(result, graph);
}

void TrainEvents::stepped(const experiment::TrainMoment& moment) {
  if (next_ != nullptr) next_->stepped(moment);
}

void TrainEvents::evaluating() {
  if (next_ != nullptr) next_->evaluating();
}

void TrainEvents::epoch_finished(const experiment::TrainResult& result, const experiment::TrainEpoch& epoch) {
  if (events_) output_->attempt([&] { events_->epoch(experiment::stored_epoch(epoch)); });
  if (next_ != nullptr) next_->epoch_finished(result, epoch);
}

void TrainEvents::end(const experiment::TrainResult& result) {
  if (events_) output_->attempt([&] { give_result(*events_, result.trace, experiment::stored_run(result)); });
}

}  // namespace fanin::cli
