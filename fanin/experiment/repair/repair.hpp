// Repair: the smallest change of how a network starts, of its clipping or of its learning rate that makes it train.
// Every change is tried on rows held out from training: trained on the same batches from the same seed as the network
// as it is, the best few several times; then the smallest of the good ones is diagnosed again. The test rows are looked
// at only when everything is chosen.
//
//     RepairSettings settings{.training = {.net = "mlp(10, 64)", .init = "normal(std=0.01)"}};
//     const DataSet data = load_data_set(settings.training.data, settings.training.data_options);
//     const RepairResult result = repair(settings, data, {}, {});
//     if (result.outcome == RepairOutcome::repaired) write_start(result.after.settings, data, "repaired.safetensors");
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/training/train.hpp"
#include "fanin/init/data_fit.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::experiment {

struct RepairSettings {
  TrainSettings training = {};                     ///< as for `train`; nothing is written
  std::optional<std::int64_t> watched_steps = {};  ///< of a diagnosis; none: as probe
  std::int64_t steps = 300;                        ///< of each brief training; fewer where `training` has fewer
};

/// Kinds of changes, the smallest first.
enum class RepairKind {
  none,
  bias,        ///< biases back to zero
  exception,   ///< without the exceptions of --init-for
  rescale,     ///< each layer's weights times a factor from the data: distribution and seed stay
  scheme,      ///< another initializer or scheme
  orthogonal,  ///< orthogonal weights
  clipping,
  learning_rate,
};
std::string_view to_string(RepairKind kind) noexcept;

/// A training with one change, and what became of it.
struct RepairTrial {
  RepairKind kind = RepairKind::none;  ///< the largest of its changes
  std::string what = {};               ///< plain words
  std::string options = {};            ///< of the command line, that say the same; empty for the network as it is
  TrainSettings settings = {};
  std::string refused = {};  ///< why it cannot be tried; empty: it was
  TrainStatus status = TrainStatus::interrupted;
  int trainings = 0;    ///< brief ones, each judged by other rows; loss and accuracy are means over them
  double loss = 0;      ///< at their end, on the rows that judge; NaN where one diverged
  double accuracy = 0;  ///< likewise; NaN where an answer is never right or wrong
  std::optional<observe::Diagnosis> diagnosis = {};  ///< where one was made
};

/// What a brief training on all training rows reaches on the test rows; NaN where it diverged or nobody looked.
struct RepairFigures {
  double loss = std::numeric_limits<double>::quiet_NaN();
  double accuracy = std::numeric_limits<double>::quiet_NaN();
};

enum class RepairOutcome {
  healthy,    ///< nothing to repair
  uncertain,  ///< nothing found to repair, and too little seen to call it healthy
  repaired,
  not_repairable,  ///< the cause lies elsewhere, or no change helped
  interrupted,
};
std::string_view to_string(RepairOutcome outcome) noexcept;

struct RepairResult {
  RepairOutcome outcome = RepairOutcome::interrupted;
  std::string reason = {};     ///< one or two sentences
  std::string judged_by = {};  ///< "validation", "held-out": the rows of the trials' figures
  std::int64_t steps = 0;      ///< of the brief trainings
  double chance_loss = 0;      ///< of the best constant answer; NaN where nobody knows
  RepairTrial before = {};
  RepairTrial after = {};          ///< the change that was chosen; kind none where there is none
  RepairFigures test_before = {};  ///< where a change was chosen, as is the next
  RepairFigures test_after = {};
  std::vector<RepairTrial> trials = {};       ///< all that were tried, in their order
  std::vector<init::FitChange> changes = {};  ///< what a rescaling did to each parameter
};

/// What a repair is doing; may be empty.
using RepairProgress = std::function<void(std::string_view doing)>;

/// Diagnoses the network; when its start, clipping or learning rate is the cause, tries changes and chooses the
/// smallest after which the diagnosis warns of nothing and the brief trainings come within one point of the best of
/// them. Where none passes the diagnosis, the smallest that trains better. A start gets another learning rate beside it
/// only when that gains over two points more.
/// Judged by the validation part, else by rows held out from the training part, never by the test part.
/// @throws Error as train.
RepairResult repair(const RepairSettings& settings, const DataSet& data, const RepairProgress& progress,
                    const std::stop_token& stop);

/// Writes the parameters with which a training of these settings starts, statistics included, as safetensors; the
/// metadata say init and seed. The file gets its name when it is whole.
/// @throws Error as train, io_failure.
void write_start(const TrainSettings& settings, const DataSet& data, const std::filesystem::path& file);

/// The result as JSON text.
std::string to_json(const RepairResult& result);

}  // namespace fanin::experiment
