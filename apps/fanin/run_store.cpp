#include "apps/fanin/run_store.hpp"

#include <utility>

#include "apps/fanin/command_line.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/store/stored_results.hpp"

namespace fanin::cli {
namespace {

// What cannot be written is no fault of the data.
template <typename Action>
auto writing(const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    throw OutputError(error.what());
  }
}

}  // namespace

RunStore::RunStore(const std::filesystem::path& folder) : file_(folder / experiment::kStoreFileName) {
  if (!std::filesystem::is_directory(folder)) return;
  check_writable(file_);
  if (std::filesystem::exists(file_)) {
    writing([this] { const experiment::StoreWriter tries(file_); });
  }
}

void RunStore::begin(experiment::StoredExperiment experiment, bool continues) {
  description_ = std::move(experiment);
  description_.command_line = command_line();
  description_.created_at = utc_now();
  continues_ = continues;
}

void RunStore::write_experiment() {
  if (!writer_) writer_.emplace(file_);
  if (experiment_ != 0) return;
  experiment_ = continues_ ? writer_->continue_experiment(description_) : writer_->add_experiment(description_);
}

void RunStore::write_waiting() {
  write_experiment();
  const std::set<std::string> complete = writer_->complete_keys(experiment_);
  while (!waiting_.empty()) {
    if (!complete.contains(waiting_.front().key)) writer_->commit_run(experiment_, waiting_.front());
    waiting_.erase(waiting_.begin());
  }
}

void RunStore::commit(experiment::StoredRun run) noexcept {
  run.ended_at = utc_now();
  waiting_.push_back(std::move(run));
  if (troubled_) return;
  try {
    write_waiting();
  } catch (const Error&) {
    troubled_ = true;  // the training is worth more than its record now
  }
}

void RunStore::add_artifact(const experiment::StoredArtifact& artifact) {
  writing([&] {
    write_experiment();
    writer_->add_artifact(experiment_, artifact);
  });
}

void RunStore::finish() {
  if (waiting_.empty()) return;
  writing([this] { write_waiting(); });
}

void StoringObserver::started(const experiment::CompareSettings& settings, const experiment::DataSet& data,
                              std::int64_t steps_per_run, std::span<const experiment::RunResult> runs,
                              std::span<const experiment::RunProgress> progress) {
  steps_per_epoch_ = settings.epochs > 0 ? steps_per_run / settings.epochs : 0;
  if (store_ != nullptr) store_->begin(experiment::stored_experiment(settings));
  if (next_ != nullptr) next_->started(settings, data, steps_per_run, runs, progress);
}

void StoringObserver::epoch_finished(const experiment::RunResult& run, std::size_t index,
                                     const experiment::EpochRecord& epoch) {
  if (next_ != nullptr) next_->epoch_finished(run, index, epoch);
}

void StoringObserver::run_finished(const experiment::RunResult& run, std::size_t index) {
  if (store_ != nullptr) store_->commit(experiment::stored_run(run, steps_per_epoch_));
  if (next_ != nullptr) next_->run_finished(run, index);
}

void StoringObserver::ended() noexcept {
  if (next_ != nullptr) next_->ended();
}

}  // namespace fanin::cli
