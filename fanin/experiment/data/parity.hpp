// parity(bits=10, relevant=3, noise=0, points=10000, test_points=2000, seed=0): the parity of a few of
// many random bits. A problem without any linear or low-order signal, hard from a symmetric start.
#pragma once

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Inputs are uniform bits, 0 or 1; the label is the parity of `relevant` of them, whose places the
/// seed draws. A fraction `noise` of the training labels is flipped; test labels are clean.
/// @throws Error bad_value, unknown_name for its arguments.
RawData generate_parity(const CallExpr& call);

}  // namespace fanin::experiment
