// adding(length=100, rows=10000, test_rows=1000, seed=0): the sum of two marked numbers in a long
// sequence of others. Regression on a sequence [length, 2]; hard because the two lie far apart.
//
// @source  Hochreiter & Schmidhuber 1997, experiment 4; the places of the marks as in Arjovsky et al.
//          2016, arXiv:1511.06464, section 4.2.
#pragma once

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Each time step is (value, mark): values are uniform in [0, 1), marks 0 but for two ones, the first
/// uniform over the first half of the steps, the second over the others. The target is the sum of the
/// two marked values. Always predicting 1 loses Var(U + U') = 1/6 = 0.167.
/// @throws Error bad_value, unknown_name for its arguments.
RawData generate_adding(const CallExpr& call);

}  // namespace fanin::experiment
