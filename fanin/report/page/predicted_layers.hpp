// Private to this room: what theory says of the layers of a watched network, beside what was measured.
#pragma once

#include <optional>
#include <vector>

#include "fanin/observe/diagnosis.hpp"

namespace fanin::report {

struct PredictedLayers {
  std::vector<double> activation;  ///< root mean square of each layer's output
  std::vector<double> gradient;    ///< root mean square of ∂L/∂output per sample, the last layer's as measured
  bool exact = true;               ///< in the limit of wide layers; false where a rule assumed more
};

/// From the description, the scale of the inputs and the variance that each weight tensor was drawn with. Nothing for
/// a network that only its framework can describe, for one that was watched from a later step on, and for one with an
/// op that theory has no rule for.
std::optional<PredictedLayers> predicted_layers(const observe::Trace& trace, const observe::Diagnosis& diagnosis);

}  // namespace fanin::report
