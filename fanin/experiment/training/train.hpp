// Trains one network: any description, with clipping, schedules, accumulation, per-layer settings,
// early stopping, and checkpoints from which a killed training goes on to the same bits.
//
//     TrainSettings settings{.net = "lenet5", .data = "fashion-mnist"};
//     const DataSet data = load_data_set(settings.data, settings.data_options);
//     const TrainResult result = train(settings, data, nullptr, {});
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/watch/settings.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::experiment {

/// Everything that determines the results; and below, what does not.
struct TrainSettings {
  std::string net = {};  ///< shorthand, preset or .toml file; empty: inputs-256-128-outputs
  std::string data = "fashion-mnist";
  DataOptions data_options = {};
  std::string activation = "relu";  ///< where the network leaves it open
  std::string init = "he_normal";   ///< an initializer or a whole-network scheme
  std::string init_for = {};        ///< "head=zeros,conv*=delta_orthogonal"
  std::string loss = {};            ///< empty: as the data suggest
  double label_smoothing = 0;
  std::string optimizer = "adam";
  std::optional<double> learning_rate = {};  ///< none: PyTorch's default for the optimizer
  std::string schedule = "constant";
  std::string learning_rate_for = {};  ///< "head=100x"
  bool decay_all = false;              ///< weight decay on every parameter, as in PyTorch; else on the weights alone
  std::string clipping = "none";       ///< none, value, norm or global_norm
  double clip_limit = 1;
  std::int64_t batch_size = kDefaultBatchSize;  ///< rows of a step; the default shrinks to all training rows
  std::int64_t accumulate = 1;                  ///< parts that a step's rows are computed in, one after another
  std::int64_t epochs = 10;
  std::int64_t max_steps = 0;  ///< 0: as many as the epochs have
  std::int64_t patience = 0;   ///< epochs without a better validation before training stops; 0: never
  std::uint64_t seed = 1;
  std::int64_t chunks = 0;  ///< parts of a batch whose gradients are summed in order; 0: by batch size

  int threads = 0;                 ///< 0: one per core, at most one per chunk
  std::filesystem::path out = {};  ///< folder for checkpoints; empty: none
  /// Between two checkpoints within an epoch, at least; more where writing one takes over a twentieth of that. The end
  /// of an epoch has one too, under the same limit. 0: after every step and every epoch, however long it takes.
  double checkpoint_seconds = 30;
  WatchSettings watch = {};
  std::int64_t evaluate_every = 1;  ///< epochs between two evaluations of the test part; the last has one
};

/// Losses are means over predictions; accuracies are NaN where an answer is never right or wrong.
struct TrainEpoch {
  std::int64_t epoch = 0;    ///< from 1
  std::int64_t steps = 0;    ///< taken so far
  double learning_rate = 0;  ///< of the last step
  double train_loss = 0;     ///< over the epoch's rows, each measured before its step
  double train_accuracy = 0;
  double validation_loss = 0;  ///< NaN without a validation part
  double validation_accuracy = 0;
  double test_loss = 0;  ///< NaN where not evaluated
  double test_accuracy = 0;
  std::int64_t clipped_steps = 0;    ///< steps of this epoch in which clipping acted
  double largest_gradient_norm = 0;  ///< before clipping; 0 without clipping
  double seconds = 0;                ///< the only field that may differ between repeats
};

enum class TrainStatus { finished, stopped_early, diverged, interrupted };
std::string_view to_string(TrainStatus status) noexcept;

struct TrainResult {
  TrainSettings settings;  ///< as run: every default filled in, texts canonical
  std::string data_name;
  std::string data_source;
  std::int64_t train_rows = 0;
  std::int64_t validation_rows = 0;
  std::int64_t test_rows = 0;
  std::int64_t parameters = 0;
  std::int64_t positions = 1;  ///< predictions per row
  bool has_accuracy = true;
  double chance_accuracy = 0;      ///< share of the most frequent class; NaN without labels
  std::size_t arena_bytes = 0;     ///< of the plan
  std::size_t unshared_bytes = 0;  ///< what the same tensors would take without sharing memory
  TrainStatus status = TrainStatus::interrupted;
  std::int64_t steps = 0;
  std::int64_t diverged_at_step = 0;  ///< from 1; 0 when it did not diverge
  std::int64_t best_epoch = 0;        ///< by validation, or by training loss without a validation part; 0: none
  std::vector<TrainEpoch> epochs;
  double seconds = 0;
  std::optional<observe::Diagnosis> diagnosis = {};   ///< of a training that was watched, once it has ended
  std::optional<observe::NonFinite> non_finite = {};  ///< the first value that was not finite, where watched
  std::optional<observe::Trace> trace = {};           ///< of a training that was watched, once it has ended; thinned
};

/// A moment of a training in progress.
struct TrainMoment {
  std::int64_t step = 0;
  std::int64_t total_steps = 0;
  std::int64_t epoch = 0;
  std::int64_t epochs = 0;
  double loss = 0;        ///< mean over the epoch so far
  double accuracy = 0;    ///< likewise
  std::int64_t rows = 0;  ///< seen since the training, or its resumption, began
};

/// Called from the training thread.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  TrainObserver() = default;
  TrainObserver(const TrainObserver&) = delete;
  TrainObserver& operator=(const TrainObserver&) = delete;
  /// Before the first step; `result` holds what is known by then, and the epochs of a resumed training.
  virtual void started(const TrainResult& result, const net::Graph& graph) = 0;
  virtual void stepped(const TrainMoment& moment) = 0;
  /// The evaluation that follows the epoch's steps has begun.
  virtual void evaluating() = 0;
  /// `result` is the one that started() had.
  virtual void epoch_finished(const TrainResult& result, const TrainEpoch& epoch) = 0;
};

/// The network of the settings, built for the data. @throws Error naming the option.
net::Graph network_of(const TrainSettings& settings, const DataSet& data);

/// Fills in every default and checks every setting against data and network, before anything runs.
/// @throws Error naming the setting.
TrainSettings resolve(const TrainSettings& settings, const DataSet& data);

/// @throws Error bad_value when the folder (or none: empty) holds a training already.
void check_new_training(const std::filesystem::path& folder);

/// Trains to the end, to divergence, to an early stop, or until asked to stop. With `settings.out` it writes
/// last.safetensors (everything a resumption needs), best.safetensors (parameters), train.json and epochs.csv there.
/// @param observer  may be null.
/// @throws Error as resolve; io_failure.
TrainResult train(const TrainSettings& settings, const DataSet& data, TrainObserver* observer, std::stop_token stop);

/// The settings with which the training in `folder` began. @throws Error missing_data, bad_data.
TrainSettings settings_of_training(const std::filesystem::path& folder);

/// Goes on with the training whose last.safetensors is in `folder`: it ends with the bits of one that was never
/// interrupted. Nothing is left to do when it has ended.
/// @param settings  as settings_of_training gave them; threads and checkpoint_seconds may be changed.
TrainResult resume_training(const TrainSettings& settings, const DataSet& data, TrainObserver* observer,
                            std::stop_token stop);

/// What a checkpoint's network makes of a part of a data set.
struct Evaluation {
  std::string data_name;
  std::string part;  ///< "test"
  std::int64_t rows = 0;
  std::int64_t predictions = 0;
  double loss = 0;
  double accuracy = 0;                        ///< NaN where an answer is never right or wrong
  std::vector<std::int64_t> class_rows = {};  ///< by label; empty without labels
  std::vector<std::int64_t> class_correct = {};
};

/// @param part  "train", "validation" or "test". @throws Error.
Evaluation evaluate_checkpoint(const std::filesystem::path& file, const DataSet& data, std::string_view part,
                               std::stop_token stop);
/// The settings that a checkpoint file holds. @throws Error missing_data, bad_data.
TrainSettings settings_of_checkpoint(const std::filesystem::path& file);

/// The results as JSON text, and the epochs as CSV.
std::string to_json(const TrainResult& result);
std::string to_csv(const TrainResult& result);
std::string to_json(const Evaluation& evaluation);

}  // namespace fanin::experiment
