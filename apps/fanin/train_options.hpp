// The options of `fanin train`.
#pragma once

#include <string>

#include "apps/fanin/options.hpp"
#include "fanin/experiment/training/train.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

struct TrainOptions {
  explicit TrainOptions(CLI::App& app);
  TrainOptions(const TrainOptions&) = delete;  // `reader` points into this object
  TrainOptions& operator=(const TrainOptions&) = delete;

  experiment::TrainSettings settings;
  std::string resume;  ///< folder; empty: a new training
  std::string out;
  std::string json;
  bool quiet = false;
  report::ColorChoice color = report::ColorChoice::automatic;

  /// Takes over what was parsed. @throws Error naming the option, also for what --resume does not allow.
  void read();

 private:
  void declare_network();
  void declare_training(CLI::App& app);
  void declare_data();
  void declare_output();

  CLI::App& app_;
  OptionReader reader;
};

/// --data and its kin, which `fanin evaluate` shares.
void declare_data_options(OptionReader& reader, std::string& data, experiment::DataOptions& options);

}  // namespace fanin::cli
