// The settings of a run, each with the option that sets it, and the command line that repeats the run.
//
//     command_line("compare", settings_list(result.settings));   // fanin compare --net 784-256-128-10 --epochs 3 …
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/compare.hpp"
#include "fanin/experiment/probe/probe.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::report {

struct SettingLine {
  std::string group;   ///< "Network", "Data", "Training", "Runs"
  std::string option;  ///< "--net"
  std::string value;   ///< as the option takes it; "yes" of a flag that is given
  bool given = false;  ///< the command line needs it: it differs from what the program would take without it
  bool flag = false;   ///< an option without a value
};

/// @param settings  as run: with every default filled in.
std::vector<SettingLine> settings_list(const experiment::CompareSettings& settings);
std::vector<SettingLine> settings_list(const experiment::TrainSettings& settings);
std::vector<SettingLine> settings_list(const experiment::ProbeSettings& settings);

/// In a form that a POSIX shell reads back to the same words.
std::string command_line(std::string_view command, const std::vector<SettingLine>& settings);

/// A word for the shell, in quotes where it needs them.
std::string shell_word(std::string_view text);

}  // namespace fanin::report
