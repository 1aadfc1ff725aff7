// What `fanin theory edge` shows: the critical weight variances of an activation, its half-stable
// point, and what one weight variance does to signals and gradients.
#pragma once

#include <string>

#include "fanin/report/terminal.hpp"
#include "fanin/theory/edge_summary.hpp"

namespace fanin::report {

/// Lines that fit the terminal.
std::string edge_report(const theory::EdgeSummary& summary, const Terminal& terminal);

/// {"version","activation","bias_variance",
///  "critical_points":[{"weight_variance","q","variance_slope","stability"}],
///  "half_stable_points":[{"weight_variance","bias_variance","q"}],
///  "at":{"weight_variance","phase","q","variance_slope","variance_stability","chi1","c","xi_q","xi_c","xi_grad",
///  "trainable_depth"} or null}. Depths are in layers; an infinite one, and an infinite q, is null.
std::string edge_json(const theory::EdgeSummary& summary);

}  // namespace fanin::report
