// teacher(inputs=20, hidden=32, outputs=1, activation=tanh, noise=0, task=regression, points=10000,
// test_points=2000, seed=0): the outputs of a random network with one hidden layer. A student of the
// same form can learn it exactly, so what is left over is the fault of its start and its training.
#pragma once

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Inputs x are standard normal; y = V φ(W x) + noise, with W ~ N(0, 1/inputs), V ~ N(0, 1/hidden) and
/// normal noise of standard deviation `noise` on the training rows (test rows are clean). The
/// task regression learns y; classification learns which output is largest (outputs >= 2).
/// @param task  what --task asked for; automatic leaves the choice to the arguments.
/// @throws Error bad_value, unknown_name for its arguments.
RawData generate_teacher(const CallExpr& call, Task task);

}  // namespace fanin::experiment
