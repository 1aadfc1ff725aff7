// A run as TensorBoard shows it: a folder with an event file that grows while the run goes on.
//
//     RunEvents events(folder / run_folder_name(run), clock);
//     events.begin(experiment, run);
//     events.epoch(epoch);              // after each
//     events.end(StoredStatus::finished);
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "fanin/experiment/store/records.hpp"
#include "fanin/io/tensorboard/event_file.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

/// Seconds since 1970; the library reads no clock.
using WallClock = std::function<double()>;

inline constexpr std::string_view kEventFileName = "events.out.tfevents.";  ///< how each file's name begins

/// The event file in a folder whose name ends so; empty when there is none.
std::filesystem::path find_event_file(const std::filesystem::path& folder, std::string_view ending);
/// @throws Error io_failure.
void make_event_folder(const std::filesystem::path& folder);

/// "he_normal, seed 1" with what distinguishes the run besides; no byte that a file system would mind.
std::string run_folder_name(const StoredRun& run);

class RunEvents final {
 public:
  /// Makes the folder. A file that is there already stays, and TensorBoard reads both.
  /// @throws Error io_failure, as all of these.
  RunEvents(const std::filesystem::path& folder, WallClock clock);
  /// Of exactly this file, which must not be there.
  static RunEvents in_file(const std::filesystem::path& file, WallClock clock);

  /// The hyperparameters: settings of experiment and run, initialization and seed.
  void begin(const StoredExperiment& experiment, const StoredRun& run);
  /// loss/train, accuracy/test, learning_rate, … at the step after the epoch; what was not measured is left out.
  void epoch(const StoredEpoch& epoch);
  /// What a monitor saw: loss/step at its steps; gradient norms, update ratios, spreads, dead and saturated units at
  /// its full records, and histograms where it took them.
  void trace(const observe::Trace& trace);
  /// What a store keeps of that: the same tags, without histograms.
  void layers(std::span<const StoredLayer> layers);
  /// Findings as a text, for a run that was diagnosed.
  void findings(std::span<const StoredFinding> findings, std::string_view verdict);
  void end(StoredStatus status);

 private:
  RunEvents(std::unique_ptr<io::EventFile> file, WallClock clock);

  WallClock clock_;
  std::unique_ptr<io::EventFile> file_;
  std::int64_t step_ = 0;  // of the last epoch
};

/// What TensorBoard's table of hyperparameters needs to know about all runs below `folder`. Once for each experiment:
/// it writes nothing when a file that says the same is there.
/// @param runs  all that there will be: their init, seed and settings count.
void write_experiment_events(const std::filesystem::path& folder, const StoredExperiment& experiment,
                             std::span<const StoredRun> runs, const WallClock& clock);

}  // namespace fanin::experiment
