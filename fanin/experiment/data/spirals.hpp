// spirals(classes=2, noise=0.05, turns=1.5, points=2000, test_points=1000, seed=0): interleaved spiral
// arms in the plane, one per class. A small problem that no linear classifier solves.
//
// @source  after K. Lang and M. Witbrock, "Learning to tell two spirals apart", 1988; there the points
//          lie evenly on the arms and carry no noise.
#pragma once

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Row i has class i mod classes and lies at radius t, uniform in [0, 1), and angle
/// 2π (turns·t + class / classes), plus normal noise on both coordinates.
/// @throws Error bad_value, unknown_name for its arguments.
RawData generate_spirals(const CallExpr& call);

}  // namespace fanin::experiment
