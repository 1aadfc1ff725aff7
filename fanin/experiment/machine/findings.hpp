// What is known to go wrong with machines like this one, and what to do about it. A pure function of the facts, so that
// every trap can be shown to be seen without falling into it.
#pragma once

#include <string>
#include <vector>

#include "fanin/experiment/machine/facts.hpp"

namespace fanin::experiment {

struct MachineFinding {
  std::string name;    ///< "cpu_quota"
  bool hurts = false;  ///< it costs much time, or results; else it is worth knowing
  std::string found;   ///< what is so, and what it does
  std::string remedy;  ///< what to do
};

/// What hurts comes first; else in a fixed order.
std::vector<MachineFinding> judge_machine(const MachineFacts& facts);

}  // namespace fanin::experiment
