// The options of `fanin sweep`.
#pragma once

#include <string>
#include <vector>

#include "apps/fanin/options.hpp"
#include "fanin/experiment/sweep/sweep.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::cli {

struct SweepOptions {
  explicit SweepOptions(CLI::App& app);
  SweepOptions(const SweepOptions&) = delete;  // the reader points into this object
  SweepOptions& operator=(const SweepOptions&) = delete;

  experiment::SweepOptions run;
  std::string file;  ///< empty: a preset
  std::string preset;
  bool reduced = false;
  std::vector<std::string> changes;  ///< lines of TOML, of --set
  std::string out;
  std::string json;
  std::string tensorboard;
  bool dry_run = false;
  bool quiet = false;
  bool no_progress = false;
  report::ColorChoice color = report::ColorChoice::automatic;

  /// Takes over what was parsed. @throws Error naming the option.
  void read();
  /// The plan of the file or the preset with what --reduced and --set change. @throws Error.
  [[nodiscard]] experiment::SweepPlan plan() const;

 private:
  OptionReader reader_;
};

}  // namespace fanin::cli
