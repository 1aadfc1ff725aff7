// Private to this room: the changes that a repair may try, the smallest first.
#pragma once

#include <string>
#include <vector>

#include "fanin/experiment/repair/repair.hpp"
#include "fanin/experiment/training/setup.hpp"

namespace fanin::experiment {

/// Changes of the start that may cure what was found.
/// @param setup  of the network as it is.
std::vector<RepairTrial> start_changes(const TrainSetup& setup, const observe::Diagnosis& diagnosis);

/// Clipping and other learning rates for a training.
/// @param from  the training they are added to.
std::vector<RepairTrial> training_changes(const RepairTrial& from);

/// The same with another learning rate.
RepairTrial with_rate(const RepairTrial& from, double learning_rate);

/// The options of the command line in which `after` differs from `before`.
std::string options_text(const TrainSettings& before, const TrainSettings& after);

/// Where a cause lies that no start can cure; empty where there is none.
const observe::Finding* cause_elsewhere(const observe::Diagnosis& diagnosis);
/// Whether a warning or an error lies in how the parameters start.
bool has_bad_start(const observe::Diagnosis& diagnosis);

}  // namespace fanin::experiment
