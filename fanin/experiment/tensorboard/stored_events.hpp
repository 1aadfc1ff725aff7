// The event files of runs that are in a store: what a sweep, a merge or another machine has left, as TensorBoard shows
// it. A file appears whole or not at all, and says by its name which run it is of, so that a folder can be completed
// after any interruption.
//
//     StoredEvents events("runs/tb", experiment, wall_time);
//     for (const StoredRun& head : reader.runs({.experiment = experiment.id})) {
//       if (!events.has(head)) events.write(reader.run(head.id));
//     }
#pragma once

#include <filesystem>

#include "fanin/experiment/store/records.hpp"
#include "fanin/experiment/tensorboard/run_events.hpp"

namespace fanin::experiment {

class StoredEvents final {
 public:
  /// @param folder      in which each run has a folder, "he_normal, depth=4, seed 1".
  /// @param experiment  as the store has it. @param clock  gives the time to runs that have none.
  StoredEvents(std::filesystem::path folder, StoredExperiment experiment, WallClock clock);

  /// Whether the run's file is there. One of a run that failed does not count for the run that took its place.
  [[nodiscard]] bool has(const StoredRun& run) const;
  /// Writes the run's file, or writes it anew: epochs at the times at which they ended, layers, findings.
  /// @throws Error io_failure.
  void write(const StoredRun& run) const;

 private:
  [[nodiscard]] std::filesystem::path folder_of(const StoredRun& run) const;
  [[nodiscard]] std::string name_of(const StoredRun& run) const;

  std::filesystem::path folder_;
  StoredExperiment experiment_;
  std::string identity_;  // of the experiment
  WallClock clock_;
};

}  // namespace fanin::experiment
