// The options of `fanin check`.
#pragma once

#include <string>
#include <vector>

#include "apps/fanin/answer.hpp"
#include "apps/fanin/options.hpp"
#include "fanin/experiment/probe/probe.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::cli {

struct CheckOptions {
  explicit CheckOptions(CLI::App& app);
  CheckOptions(const CheckOptions&) = delete;  // `reader_` points into this object
  CheckOptions& operator=(const CheckOptions&) = delete;

  experiment::ProbeSettings settings;
  std::vector<observe::Problem> fail_on;  ///< problems that make the command fail; empty: every one
  std::string trace;                      ///< a recorded training to judge instead; empty: none
  bool follow = false;                    ///< it is still running
  bool why = false;                       ///< try single changes
  std::string save_trace;                 ///< file for what was watched; empty: none
  std::string out;                        ///< folder for check.json and the page; empty: none
  bool no_progress = false;
  Answer answer;

  /// Takes over what was parsed. @throws Error naming the option.
  void read();

 private:
  OptionReader reader_;
  std::string weights_;
};

/// "vanishing_gradient,dead_relu". @throws Error unknown_name with the nearest ids.
std::vector<observe::Problem> parse_problems(const std::string& text);

}  // namespace fanin::cli
