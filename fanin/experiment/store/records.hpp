// What the store keeps: experiments, and their runs with epochs, statistics of layers and findings. Plain values that
// any command fills in. A number that nobody measured is NaN, and NULL in the file.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace fanin::experiment {

inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

enum class ExperimentKind { compare, train, check, sweep };
std::string_view to_string(ExperimentKind kind) noexcept;
/// @throws Error unknown_name.
ExperimentKind parse_experiment_kind(std::string_view text);

/// One command's work: all its runs share these.
struct StoredExperiment {
  std::int64_t id = 0;  ///< given by the store
  ExperimentKind kind = ExperimentKind::compare;
  std::string name = {};          ///< for people; need not be unique
  std::string settings = "{}";    ///< a JSON object; with kind and name it says what the experiment is
  std::string command_line = {};  ///< that repeats it
  std::string version = {};       ///< of fanin
  std::string created_at = {};    ///< ISO 8601, UTC: "2026-11-22T07:30:00Z"; the library reads no clock
  std::int64_t planned_runs = 0;  ///< 0: unknown
};

enum class StoredStatus {
  finished,
  stopped_early,  ///< by patience: a result like a finished one
  abandoned,      ///< ended because it was hopeless; a result too
  diverged,
  interrupted,  ///< by a person; a later run with the same key takes its place
  failed        ///< by an error, which `message` holds; likewise replaceable
};
std::string_view to_string(StoredStatus status) noexcept;
/// @throws Error unknown_name.
StoredStatus parse_stored_status(std::string_view text);
/// Whether the run need not be done again: everything but interrupted and failed.
bool is_complete(StoredStatus status) noexcept;

struct StoredEpoch {
  std::int64_t epoch = 0;  ///< from 1, unique in its run
  std::int64_t steps = 0;  ///< taken so far; 0: unknown
  double learning_rate = kNotMeasured;
  double train_loss = kNotMeasured;
  double train_accuracy = kNotMeasured;
  double validation_loss = kNotMeasured;
  double validation_accuracy = kNotMeasured;
  double test_loss = kNotMeasured;
  double test_accuracy = kNotMeasured;
  double seconds = kNotMeasured;

  bool operator==(const StoredEpoch&) const = default;
};

/// A node's output or a parameter at one step.
struct StoredLayer {
  std::int64_t step = 0;   ///< from 0
  std::string name = {};   ///< "layer1.dense", "layer1.weight"; unique in its step
  bool parameter = false;  ///< else a node's output
  double mean = kNotMeasured;
  double std_dev = kNotMeasured;
  double gradient_norm = kNotMeasured;  ///< of ∂L/∂(output or parameter), L2
  double dead = kNotMeasured;           ///< fraction of units that are 0 on every row
  double saturated = kNotMeasured;      ///< fraction of elements that let no gradient pass
  double correlation = kNotMeasured;    ///< mean cosine of different rows' outputs
  double update_ratio = kNotMeasured;   ///< ‖step‖ / ‖parameter‖
};

struct StoredFinding {
  std::string problem = {};   ///< "vanishing_gradient"
  std::string layer = {};     ///< empty: the whole network
  std::string severity = {};  ///< "note", "warning", "error"
  std::string quantity = {};
  double measured = kNotMeasured;
  double expected = kNotMeasured;
  std::string source = {};
  std::string cause = {};
  std::string remedy = {};
};

/// One training. It is committed as a whole when it ends.
struct StoredRun {
  std::int64_t id = 0;          ///< given by the store
  std::int64_t experiment = 0;  ///< likewise
  std::string key = {};         ///< unique in the experiment: what the run is, as text
  std::string init = {};        ///< canonical text of the initialization
  std::uint64_t seed = 0;       ///< in the file as a signed number with the same bits
  std::string settings = "{}";  ///< a JSON object: what distinguishes it from the experiment's other runs
  StoredStatus status = StoredStatus::finished;
  std::string message = {};           ///< why it failed or was abandoned
  std::string verdict = {};           ///< of the diagnosis; empty without one
  std::int64_t diverged_at_step = 0;  ///< from 1; 0 when it did not diverge
  std::int64_t steps = 0;
  double train_loss = kNotMeasured;  ///< of the last epoch, as all that follow
  double train_accuracy = kNotMeasured;
  double validation_loss = kNotMeasured;
  double validation_accuracy = kNotMeasured;
  double test_loss = kNotMeasured;
  double test_accuracy = kNotMeasured;
  double seconds = kNotMeasured;
  std::string ended_at = {};  ///< as StoredExperiment::created_at; empty: unknown
  std::vector<StoredEpoch> epochs = {};
  std::vector<StoredLayer> layers = {};
  std::vector<StoredFinding> findings = {};  ///< as the diagnosis orders them: causes first
};

/// Settings of a run in words: "depth=10, gain=1.5", without what the run says of itself (init, seed); nested values
/// are left out. @param settings  as StoredRun has them; may be anybody's.
std::string settings_in_words(std::string_view settings);

/// A file that belongs to an experiment or to one of its runs.
struct StoredArtifact {
  std::int64_t run = 0;   ///< 0: of the whole experiment
  std::string kind = {};  ///< "trace", "checkpoint", "report", "result"
  std::string path = {};  ///< from the store's folder
};

}  // namespace fanin::experiment
