// The options of `fanin train`.
#pragma once

#include <string>
#include <string_view>

#include "apps/fanin/options.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

struct TrainOptions {
  explicit TrainOptions(CLI::App& app);
  TrainOptions(const TrainOptions&) = delete;  // `reader_` points into this object
  TrainOptions& operator=(const TrainOptions&) = delete;

  experiment::TrainSettings settings;
  std::string resume;  ///< folder; empty: a new training
  std::string out;
  std::string json;
  std::string tensorboard;  ///< folder for event files; empty: none
  bool quiet = false;
  bool no_progress = false;
  report::ColorChoice color = report::ColorChoice::automatic;

  /// Takes over what was parsed. @throws Error naming the option, also for what --resume does not allow.
  void read();

 private:
  void declare_batches();
  void declare_output();

  CLI::App& app_;
  OptionReader reader_;
};

/// @throws Error unknown_name.
experiment::Task parse_task(const std::string& given);

/// --watch and --watch-every, which `fanin compare` shares.
void declare_watch_options(OptionReader& reader, experiment::WatchSettings& watch);

/// --data and its kin, which `fanin evaluate` shares but for those that say how inputs are scaled: it scales them
/// as the training did.
/// @param otherwise  what the data are without --data.
void declare_data_options(OptionReader& reader, std::string_view otherwise, std::string& data,
                          experiment::DataOptions& options);
void declare_scaling_options(OptionReader& reader, experiment::DataOptions& options);
/// Faults to put into the data, which declare_scaling_options has too.
void declare_fault_options(OptionReader& reader, experiment::DataOptions& options);

/// What else determines a training, which `fanin check` shares: network and initialization; optimizer, learning rate,
/// clipping, loss, seed; and how a step's rows are computed.
void declare_network_options(OptionReader& reader, experiment::TrainSettings& settings);
void declare_training_options(OptionReader& reader, experiment::TrainSettings& settings);
void declare_batch_options(OptionReader& reader, experiment::TrainSettings& settings);

}  // namespace fanin::cli
