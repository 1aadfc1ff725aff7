// The store that a command writes into its output folder. It is tried out before the work starts, so that what cannot
// be written is known then, and made with the first run; a failure then keeps the work going, and finish() tries again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/store/store.hpp"

namespace fanin::cli {

class RunStore final {
 public:
  /// @throws OutputError when the store cannot be made, is damaged, or another process writes it.
  explicit RunStore(const std::filesystem::path& folder);

  /// Begins an experiment, with this command line and time.
  /// @param continues  whether one with the same settings is gone on with.
  void begin(experiment::StoredExperiment experiment, bool continues = false);
  /// Commits a run, or keeps it for finish(). A run that is complete already stays as it is.
  void commit(experiment::StoredRun run) noexcept;
  void add_artifact(const experiment::StoredArtifact& artifact);
  /// @throws OutputError when a run is still not written.
  void finish();

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path file_;
  std::optional<experiment::StoreWriter> writer_;  // with the first run
  experiment::StoredExperiment description_;
  std::int64_t experiment_ = 0;  // 0: not written yet
  bool continues_ = false;
  bool troubled_ = false;  // a commit failed: finish() tries again, and nobody waits for a lock until then
  std::vector<experiment::StoredRun> waiting_;

  void write_experiment();
  void write_waiting();
};

/// Commits the runs of a comparison as they end, and tells another observer everything.
class StoringObserver final : public experiment::CompareObserver {
 public:
  /// @param store, next  may be null.
  StoringObserver(RunStore* store, experiment::CompareObserver* next) : store_(store), next_(next) {}

  void started(const experiment::CompareSettings& settings, const experiment::DataSet& data, std::int64_t steps_per_run,
               std::span<const experiment::RunResult> runs, std::span<const experiment::RunProgress> progress) override;
  void epoch_finished(const experiment::RunResult& run, std::size_t index,
                      const experiment::EpochRecord& epoch) override;
  void run_finished(const experiment::RunResult& run, std::size_t index) override;
  void ended() noexcept override;

 private:
  RunStore* store_;
  experiment::CompareObserver* next_;
  std::int64_t steps_per_epoch_ = 0;
};

}  // namespace fanin::cli
