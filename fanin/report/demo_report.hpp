// What `fanin demo` shows: the notebook's numbers, what they really show, and the gradients of deep chains
// as bars.
#pragma once

#include <string>

#include "fanin/experiment/demo.hpp"
#include "fanin/report/terminal.hpp"

namespace fanin::report {

/// Lines that fit the terminal; a matrix keeps NumPy's form and is never wrapped.
std::string demo_report(const experiment::Demo& demo, const Terminal& terminal);

/// {"version","demo","seed","about","matrix":[[…]] or null,"printed" (as NumPy prints it) or null,
///  "table":{"columns","rows":[[label, number, …]]} or null,"remarks":[…],
///  "chains":[{"net","init","activation","hidden_bias","data","training_steps","loss","trained_loss",
///  "factor_per_layer","predicted_factor_per_layer","layers":[{"name","error_norm","gradient_norm","activation_rms",
///  "dead_fraction"}]}],"lesson"}. A number that is not finite is null.
std::string demo_json(const experiment::Demo& demo);

}  // namespace fanin::report
