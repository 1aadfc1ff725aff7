// Private to this folder: the changes that can be made to a training, each of one factor.
#pragma once

#include <string>
#include <vector>

#include "fanin/experiment/probe/probe.hpp"

namespace fanin::experiment {

struct Change {
  std::string text = {};  ///< as a person would make it
  ProbeSettings settings = {};
  bool standardize = false;  ///< the inputs
};

struct FactorChanges {
  std::string name = {};
  std::vector<Change> changes = {};
  std::string not_tried = {};
};

/// As --standardize.
InputScaling standardized_scaling(const DataSet& data);

/// In the order in which they are preferred where they help alike: what is cheapest to change and hides least first.
/// @param settings  whose training is resolved.
std::vector<FactorChanges> changes_of(const ProbeSettings& settings, const net::Graph& graph, const DataSet& data);

}  // namespace fanin::experiment
