#include "fanin/experiment/training/train.hpp"

#include <array>
#include <filesystem>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/training/checkpoint.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/trainer.hpp"

namespace fanin::experiment {
namespace {

constexpr const char* kLast = "last.safetensors";

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder)) {
    throw Error(ErrorCode::io_failure, folder.string(), "the folder cannot be made: " + error.message());
  }
}

}  // namespace

std::string_view to_string(TrainStatus status) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"finished", "stopped_early", "diverged", "interrupted"};
  return kNames[static_cast<std::size_t>(status)];
}

void check_new_training(const std::filesystem::path& folder) {
  if (folder.empty() || !std::filesystem::exists(folder / kLast)) return;
  throw Error(ErrorCode::bad_value, "--out",
              "'" + folder.string() + "' holds a training already; go on with it by --resume " + folder.string() +
                  ", or name another folder");
}

TrainSettings resolve(const TrainSettings& settings, const DataSet& data) { return prepare(settings, data).settings; }

TrainResult train(const TrainSettings& settings, const DataSet& data, TrainObserver* observer, std::stop_token stop) {
  use_one_thread();
  const TrainSetup setup = prepare(settings, data);
  check_new_training(setup.settings.out);
  if (!setup.settings.out.empty()) make_folder(setup.settings.out);
  return Trainer(setup, data, observer, std::move(stop)).run();
}

TrainSettings settings_of_training(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kLast;
  if (!std::filesystem::exists(file)) {
    throw Error(ErrorCode::missing_data, folder.string(),
                std::string("there is no ") + kLast + " in it; begin a training with --out " + folder.string());
  }
  TrainSettings settings = settings_of_checkpoint(file);
  settings.out = folder;
  return settings;
}

TrainResult resume_training(const TrainSettings& settings, const DataSet& data, TrainObserver* observer,
                            std::stop_token stop) {
  use_one_thread();
  const Checkpoint checkpoint = read_checkpoint(settings.out / kLast);
  if (!checkpoint.resumable) {
    throw Error(ErrorCode::bad_data, checkpoint.file.string(),
                "it holds parameters without the optimizer's state; only the last.safetensors of a training can be "
                "resumed");
  }
  if (const std::string changes = difference(checkpoint.data, identity_of(data)); !changes.empty()) {
    throw Error(ErrorCode::bad_data, checkpoint.file.string(),
                "the data set " + data.name + " has changed since the training began: " + changes);
  }
  TrainSettings same = checkpoint.settings;
  same.out = settings.out;
  same.threads = settings.threads;
  same.checkpoint_seconds = settings.checkpoint_seconds;
  same.watch = settings.watch;
  const TrainSetup setup = prepare(same, data, &checkpoint.graph);
  return Trainer(setup, data, observer, std::move(stop)).resume(checkpoint);
}

std::string to_json(const TrainResult& result) { return json_file(result_json(result)); }

std::string to_csv(const TrainResult& result) {
  std::string text;
  bool first = true;
  for (const TrainEpoch& epoch : result.epochs) {
    const Json row = epoch_json(epoch);
    std::string names;
    std::string values;
    for (const auto& [key, value] : row.items()) {
      if (!names.empty()) {
        names += ',';
        values += ',';
      }
      names += key;
      if (!value.is_string()) values += json_line(value);
    }
    if (first) text += names + "\n";
    first = false;
    text += values + "\n";
  }
  return text;
}

}  // namespace fanin::experiment
