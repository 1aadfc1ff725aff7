// What the published rule sets read from a trace.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/faults/rule_sets.hpp"

namespace fanin::faults {

/// Steps that have records.
std::vector<const observe::TraceStep*> full_steps(const observe::Trace& trace);

/// Positions of the weights: parameters with fans.
std::vector<std::size_t> weights_of(const observe::Trace& trace);
/// Positions of the nodes that are activations of the name; any for an empty name.
std::vector<std::size_t> activations_of(const observe::Trace& trace, std::string_view name);
/// The layer that a parameter belongs to.
std::string layer_of_parameter(const observe::Trace& trace, std::size_t parameter);

/// E|x| of a tensor: of a Gaussian with its mean square, √(2/π) of the root; exact for no other law.
double mean_magnitude(const TensorStatistics& statistics);
/// The fraction of a Gaussian with the tensor's mean and variance that lies outside [low, high].
double fraction_outside(const TensorStatistics& statistics, double low, double high);

bool any_non_finite(const observe::Trace& trace);

/// How many of the full steps the condition holds in.
int steps_where(const observe::Trace& trace, const std::function<bool(const observe::TraceStep&)>& condition);

}  // namespace fanin::faults
