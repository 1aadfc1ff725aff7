// A training's whole state in one safetensors file: parameters and statistics under their names, the optimizer's
// state beside them, and the rest as JSON in the file's metadata. It appears whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {

/// Where a training stands between two steps.
struct TrainState {
  TrainStatus status = TrainStatus::interrupted;
  std::int64_t steps = 0;
  std::uint64_t passes = 0;
  std::int64_t epoch = 1;  ///< the one being trained, from 1
  std::int64_t row = 0;    ///< rows of it that have been seen
  double loss_sum = 0;     ///< over them
  std::int64_t correct = 0;
  std::int64_t clipped_steps = 0;
  double largest_gradient_norm = 0;
  double seconds = 0;        ///< since the training began, interruptions left out
  double epoch_seconds = 0;  ///< since the epoch began
  std::int64_t diverged_at_step = 0;
  std::int64_t best_epoch = 0;
  double best_value = 0;
  std::vector<TrainEpoch> epochs = {};
};

struct Checkpoint {
  TrainSettings settings;  ///< resolved
  std::string network;     ///< TOML
  TrainState state;
  std::int64_t train_rows = 0;  ///< of the data set
  std::map<std::string, std::vector<float>> tensors;
};

/// What a checkpoint says besides its tensors.
struct CheckpointHeader {
  const TrainSettings& settings;
  const net::Graph& graph;
  const TrainState& state;
  std::int64_t train_rows = 0;
};

/// @param with_optimizer  without, the file can be evaluated but not resumed. @throws Error io_failure.
void write_checkpoint(const std::filesystem::path& file, const CheckpointHeader& header, const engine::Plan& plan,
                      bool with_optimizer);
/// @throws Error missing_data, bad_data naming the file.
Checkpoint read_checkpoint(const std::filesystem::path& file);
/// Puts the tensors into a plan of the checkpoint's network. @throws Error bad_data when one is missing or misshaped.
void restore(const Checkpoint& checkpoint, const std::filesystem::path& file, const net::Graph& graph,
             engine::Plan& plan, bool with_optimizer);

}  // namespace fanin::experiment
