// The second half of a scheme that needs data: what it does to a network whose parameters have been drawn, seen
// through a net::Evaluator, which holds the parameters and one batch. The schemes are under data/.
//
//     const init::NetworkPlan plan = init::parse_network_scheme("lsuv").plan(graph);
//     if (plan.fit) const init::FitReport report = init::initialize(plan, /*seed=*/1, evaluator);
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fanin/net/evaluator.hpp"

namespace fanin::init {

/// What was done to one parameter.
struct FitChange {
  std::string parameter = {};                                ///< "layer1.weight"
  std::string layer = {};                                    ///< "layer1"
  double factor = 1;                                         ///< norm after over norm before
  double before = std::numeric_limits<double>::quiet_NaN();  ///< of FitReport::quantity, where it has one per parameter
  double after = std::numeric_limits<double>::quiet_NaN();
};

struct FitReport {
  std::string quantity = {};            ///< what before and after are: "standard deviation of the output"
  std::vector<FitChange> changes = {};  ///< in the order of the network
  std::int64_t passes = 0;              ///< over the batch, forward or forward and backward
  double objective_before = std::numeric_limits<double>::quiet_NaN();  ///< of schemes that minimize something
  double objective_after = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::string> notes = {};  ///< what could not be done, and why
};

/// @param evaluator  holds the parameters as drawn; left with those to start from.
/// @param fixed      parameters that must stay as they are, by name.
/// @throws Error bad_value naming the layer when the data cannot set its scale.
using NetworkFit = std::function<FitReport(net::Evaluator& evaluator, std::span<const std::string> fixed)>;

}  // namespace fanin::init
