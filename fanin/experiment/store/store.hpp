// The store: one SQLite file, fanin.sqlite in the output folder, that keeps experiments and their runs. A run is
// written when it ends, in one transaction: after commit_run has returned it survives a kill of the process and a loss
// of power. One process writes a store at a time, any number read it meanwhile.
//
//     StoreWriter writer("runs/first/fanin.sqlite");
//     const std::int64_t experiment = writer.continue_experiment({.kind = ExperimentKind::sweep, .name = "gains"});
//     const std::set<std::string> done = writer.complete_keys(experiment);
//     for (const Job& job : jobs) {
//       if (!done.contains(job.key)) writer.commit_run(experiment, train(job));
//     }
//     StoreReader reader("runs/first/fanin.sqlite");
//     for (const StoredRun& run : reader.runs({.experiment = experiment})) ...
//
// Every function throws Error with the file's name in `where`: missing_data (no such file), bad_data (damaged, no
// database, or of a newer fanin), io_failure (disk full, no permission, or another process writes). An error leaves
// every run that was committed before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fanin/experiment/store/records.hpp"

namespace fanin::experiment {

inline constexpr const char* kStoreFileName = "fanin.sqlite";
inline constexpr int kStoreVersion = 2;  ///< of the tables, as PRAGMA user_version

struct StoreOptions {
  double wait_seconds = 10;    ///< for another process that writes the same store
  std::int64_t max_pages = 0;  ///< the file's limit in pages of 4096 bytes; 0: the disk's
};

/// Writes a store, creating it where there is none. Not for several threads at once.
class StoreWriter final {
 public:
  /// @throws Error io_failure when another writer holds the store for longer than the wait.
  explicit StoreWriter(const std::filesystem::path& file, const StoreOptions& options = {});
  ~StoreWriter();
  StoreWriter(StoreWriter&&) noexcept;
  StoreWriter& operator=(StoreWriter&&) noexcept;

  /// A new experiment. @return its id.
  std::int64_t add_experiment(const StoredExperiment& experiment);
  /// The latest experiment with the same kind, name and settings, or a new one. @return its id.
  std::int64_t continue_experiment(const StoredExperiment& experiment);
  /// The keys of the runs that need not be done again.
  std::set<std::string> complete_keys(std::int64_t experiment) const;

  /// Writes the run with everything it holds, or nothing. It takes the place of an interrupted or failed run with
  /// the same key. @return its id. @throws Error bad_value when a complete run with that key is there already.
  std::int64_t commit_run(std::int64_t experiment, const StoredRun& run);
  /// The same artifact twice is one. @throws Error bad_value for a run that is not of this experiment.
  void add_artifact(std::int64_t experiment, const StoredArtifact& artifact);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Which runs; every member that is set must hold.
struct RunQuery {
  std::optional<std::int64_t> experiment = {};
  std::vector<StoredStatus> statuses = {};  ///< any of these; empty: all
  std::string init = {};                    ///< exactly; empty: all
  std::optional<std::uint64_t> seed = {};
  std::string key = {};  ///< exactly; empty: all
};

/// Reads a store. Values of a wrong type, as in a file that something else wrote, are errors and never undefined.
class StoreReader final {
 public:
  explicit StoreReader(const std::filesystem::path& file, const StoreOptions& options = {});
  ~StoreReader();
  StoreReader(StoreReader&&) noexcept;
  StoreReader& operator=(StoreReader&&) noexcept;

  /// In the order they were added.
  std::vector<StoredExperiment> experiments() const;
  /// In the order they were committed, without epochs, layers and findings.
  std::vector<StoredRun> runs(const RunQuery& query) const;
  /// With everything. @throws Error unknown_name when there is no such run.
  StoredRun run(std::int64_t id) const;
  std::vector<StoredEpoch> epochs(std::int64_t run) const;
  std::vector<StoredArtifact> artifacts(std::int64_t experiment) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Everything that is wrong with a store, a line each; empty when it is sound. It reads every page and every value.
std::vector<std::string> check_store(const std::filesystem::path& file);

/// The store that a person means by a folder or a file. @throws Error missing_data.
std::filesystem::path find_store(const std::filesystem::path& folder_or_file);

}  // namespace fanin::experiment
