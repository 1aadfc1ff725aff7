// A training's whole state in one safetensors file: parameters and statistics under their names, the optimizer's
// state beside them as "optimizer:1:layer1.weight", and the rest as JSON in the file's metadata. It appears whole
// or not at all, and checksums tell when a bit of it has changed. docs/training.md describes it for people.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/engine/plan.hpp"
#include "fanin/experiment/training/data_identity.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::io {
class SafetensorsFile;
}

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
  double epoch_seconds = 0;  ///< since the epoch began, likewise
  std::int64_t diverged_at_step = 0;
  std::int64_t best_epoch = 0;
  double best_value = 0;
  std::vector<TrainEpoch> epochs = {};  ///< those before `epoch`
};

/// A checkpoint that has been opened. Its tensors stay in the file until restore().
struct Checkpoint {
  std::filesystem::path file;
  TrainSettings settings;  ///< resolved
  net::Graph graph;        ///< with the multipliers of its scheme
  TrainState state;
  DataIdentity data;
  InputScaling scaling;  ///< of the training's inputs
  bool resumable = false;
  std::string checksum;  ///< of the tensors
  std::shared_ptr<const io::SafetensorsFile> tensors;
};

/// Checks everything but the tensors' values: the header's checksum, every number's range, that the network's
/// tensors are all there. @throws Error missing_data, io_failure, bad_data, unsupported naming the file.
Checkpoint read_checkpoint(const std::filesystem::path& file);

/// Puts the tensors into a plan of the checkpoint's network.
/// @param with_optimizer  for a training that goes on. @throws Error bad_data when their checksum is wrong.
void restore(const Checkpoint& checkpoint, engine::Plan& plan, bool with_optimizer);

/// Writes the checkpoints of one training.
class CheckpointWriter final {
 public:
  /// @throws Error bad_value for settings that are no UTF-8 text, which JSON cannot hold.
  CheckpointWriter(const TrainSettings& settings, const net::Graph& graph, const DataSet& data);

  /// A tensor's values by its name.
  using Values = std::function<std::vector<float>(const std::string&)>;

  /// Everything a resumption needs. @throws Error io_failure.
  void write_resumable(const std::filesystem::path& file, const TrainState& state, const engine::Plan& plan) const;
  /// Parameters and statistics. @throws Error io_failure.
  void write(const std::filesystem::path& file, const TrainState& state, const Values& values) const;

  /// The names of parameters and statistics.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  struct Tensor {
    std::string name;   ///< in the file
    std::string owner;  ///< of optimizer state: its parameter
    std::size_t index = 0;
    Shape shape;
  };
  void write_tensors(const std::filesystem::path& file, const TrainState& state, const std::vector<Tensor>& tensors,
                     bool resumable, const std::function<std::vector<float>(const Tensor&)>& values) const;

  std::vector<std::string> names_;
  std::vector<Tensor> parameters_;  // and statistics, by name as in the file
  std::vector<Tensor> everything_;  // with the optimizer's state
  std::string settings_;            // JSON
  std::string identity_;            // JSON
  std::string scaling_;             // JSON
  std::string network_;             // TOML
};

}  // namespace fanin::experiment
