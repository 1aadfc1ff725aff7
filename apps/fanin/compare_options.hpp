// The options of `fanin compare`.
#pragma once

#include <optional>
#include <string>

#include "apps/fanin/options.hpp"
#include "fanin/experiment/compare.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

struct CompareOptions {
  explicit CompareOptions(CLI::App& app);
  CompareOptions(const CompareOptions&) = delete;  // `reader` points into this object
  CompareOptions& operator=(const CompareOptions&) = delete;

  experiment::CompareSettings settings;
  std::string out;          ///< folder for result.json and epochs.csv; empty: none
  std::string json;         ///< file, or "-" for standard output; empty: none
  std::string tensorboard;  ///< folder for event files; empty: none
  bool quiet = false;
  bool no_progress = false;
  report::ColorChoice color = report::ColorChoice::automatic;

  /// Takes over what was parsed. @throws Error naming the option.
  void read() const { reader.read(); }

 private:
  void declare_experiment();
  void declare_data();
  void declare_output();

  OptionReader reader;
};

}  // namespace fanin::cli
