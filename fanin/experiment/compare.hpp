// The main job: train one network from several initializations, paired and in parallel. For one
// seed every initialization sees the same data in the same order, and no result depends on the
// number of workers.
//
//     CompareSettings settings;
//     settings.data = "spirals";
//     settings.epochs = 2;
//     const DataSet data = load_data_set(settings.data, settings.data_options);
//     const CompareResult result = compare(settings, data, nullptr, {});
//     write_file_atomically("result.json", to_json(result));
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/samples.hpp"
#include "fanin/experiment/watch/settings.hpp"
#include "fanin/observe/diagnosis.hpp"
#include "fanin/observe/step_zero.hpp"

namespace fanin::experiment {

inline constexpr std::int64_t kDefaultBatchSize = 64;

/// Everything that determines the results, and `workers` and `watch`, which do not.
struct CompareSettings {
  std::string data = "fashion-mnist";
  DataOptions data_options = {};
  std::string net = {};  ///< widths, preset or .toml file; empty: inputs-256-128-outputs of the data set
  std::string activation = "relu";
  std::vector<std::string> inits = {"zeros", "normal(std=0.01)", "glorot_uniform", "he_uniform"};
  std::string optimizer = "adam";
  std::optional<double> learning_rate = {};     ///< none: PyTorch's default for the optimizer
  std::int64_t batch_size = kDefaultBatchSize;  ///< the default shrinks to all training rows where there are fewer
  std::int64_t epochs = 10;
  std::int64_t seeds = 3;        ///< how many
  std::uint64_t first_seed = 1;  ///< seeds first_seed, first_seed + 1, …
  int workers = 0;               ///< 0: one per core
  WatchSettings watch = {};      ///< every run; changes no result
  double reach_accuracy = 0.85;  ///< for "epochs to reach"
};

struct EpochRecord {
  std::int64_t epoch = 0;  ///< from 1
  double train_loss = 0;   ///< mean over the epoch's rows, each measured before its step
  double train_accuracy = 0;
  double validation_loss = 0;  ///< NaN without a validation part
  double validation_accuracy = 0;
  double test_loss = 0;
  double test_accuracy = 0;  ///< NaN for regression
  double seconds = 0;        ///< wall time; the only field that may differ between repeats
};

enum class RunStatus { finished, diverged, interrupted };
std::string_view to_string(RunStatus status) noexcept;

/// What was measured on the first batch, before the first step.
using observe::StepZero;

struct RunResult {
  std::string init;  ///< canonical text
  std::uint64_t seed = 0;
  RunStatus status = RunStatus::interrupted;
  std::int64_t diverged_at_step = 0;  ///< from 1; 0 when it did not diverge
  StepZero step_zero;
  std::vector<EpochRecord> epochs;
  std::optional<observe::Diagnosis> diagnosis = {};   ///< of a run that was watched
  std::optional<observe::NonFinite> non_finite = {};  ///< the first value that was not finite, where watched
  std::optional<observe::Trace> trace = {};           ///< of a run that was watched, thinned
};

struct InitSummary {
  std::string init;
  std::int64_t seeds = 0;         ///< finished runs, which the means are over
  double test_accuracy_mean = 0;  ///< of the last epoch; NaN when no run finished
  double test_accuracy_ci95 = 0;  ///< half-width, Student's t; NaN below two seeds
  double test_loss_mean = 0;
  double test_loss_ci95 = 0;
  double train_loss_mean = 0;
  double epochs_to_reach = 0;  ///< mean over the runs that reach it; NaN when none does
  std::int64_t runs_that_reach = 0;
  double first_gradient_norm = 0;  ///< mean over seeds, at step 0
  double last_gradient_norm = 0;
  std::int64_t diverged = 0;
  std::string remark;  ///< one line that follows from the measurements
  /// Paired difference to the best initialization: best minus this, over common seeds, of the last
  /// epoch's test accuracy (regression: test loss). NaN when no run of the best or of this finished.
  double difference_mean = 0;
  double difference_ci95 = 0;
  bool difference_established = false;  ///< the 95 % interval excludes zero
  bool is_best = false;                 ///< the best mean among the initializations that diverged least often
};

struct CompareResult {
  CompareSettings settings;  ///< as run: every default filled in, texts canonical
  std::string data_name;
  std::string data_source;
  std::string scaling;
  std::int64_t train_rows = 0;
  std::int64_t validation_rows = 0;
  std::int64_t test_rows = 0;
  std::int64_t parameters = 0;
  bool regression = false;
  double chance_accuracy = 0;  ///< share of the test part's most frequent class; NaN for regression
  bool interrupted = false;
  std::string chosen_by;        ///< "validation accuracy", "test accuracy", … : what named the best
  std::vector<RunResult> runs;  ///< by seed, then by initialization
  std::vector<InitSummary> summary;
  double seconds = 0;
};

/// The live state of one run, written by its worker and read by whoever draws progress.
struct RunProgress {
  std::atomic<int> state{0};  ///< 0 waiting, 1 running, 2 done
  std::atomic<std::int64_t> steps_done{0};
  std::atomic<double> loss{0};      ///< mean over the current epoch so far
  std::atomic<double> accuracy{0};  ///< likewise, on training rows
  std::atomic<std::int64_t> epoch{0};
  std::atomic<int> worker{-1};
};

/// Called from worker threads, one call at a time.
class CompareObserver {
 public:
  virtual ~CompareObserver() = default;
  CompareObserver() = default;
  CompareObserver(const CompareObserver&) = delete;
  CompareObserver& operator=(const CompareObserver&) = delete;
  /// Before the first run. `progress` has one entry per run and stays valid until `ended` returns.
  virtual void started(const CompareSettings& settings, const DataSet& data, std::int64_t steps_per_run,
                       std::span<const RunResult> runs, std::span<const RunProgress> progress) = 0;
  virtual void epoch_finished(const RunResult& run, std::size_t index, const EpochRecord& epoch) = 0;
  virtual void run_finished(const RunResult& run, std::size_t index) = 0;
  /// After the last run, or before an error leaves compare: `progress` must not be read any more.
  virtual void ended() noexcept = 0;
};

/// Fills in every default and checks every setting against the data, before anything runs.
/// @throws Error naming the setting.
CompareSettings resolve(const CompareSettings& settings, const DataSet& data);

/// Runs the comparison. A run that diverges, or a stop, is a result, not an error. Results other than
/// `seconds` are the same bits for any number of workers, on one processor type and oneDNN version.
/// @param settings  as given by a person, or as returned by resolve: resolving twice changes nothing.
/// @param observer  may be null; an exception from it ends the comparison.
/// @throws Error as resolve; and whatever a run threw, after all workers have ended.
CompareResult compare(const CompareSettings& settings, const DataSet& data, CompareObserver* observer,
                      std::stop_token stop);

/// What a summary needs to know about the data.
struct SummaryFacts {
  bool regression = false;
  bool has_validation = false;
  std::int64_t test_rows = 0;
  double chance_accuracy = 0;  ///< as in CompareResult
};

/// The summary of any set of runs, in the order of settings.inits: also of an interrupted comparison.
std::vector<InitSummary> summarize(const CompareSettings& settings, std::span<const RunResult> runs,
                                   const SummaryFacts& facts);

}  // namespace fanin::experiment
