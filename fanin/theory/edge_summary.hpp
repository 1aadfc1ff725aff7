// Where an activation's edge of chaos lies for one bias variance, and what a chosen weight variance
// does there.
//
//     theory::edge_summary(tanh, 0.05).critical.front().variances.weight_variance;  // 1.760955
//     theory::edge_summary(tanh, 0.05, 2.0).scales->phase;                          // Phase::chaotic
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fanin/theory/depth_scales.hpp"
#include "fanin/theory/edge_of_chaos.hpp"

namespace fanin::theory {

struct EdgeSummary {
  std::string activation;
  double bias_variance = 0;
  std::vector<CriticalPoint> critical;     ///< chi1 = 1 at this bias variance, ascending in q
  std::vector<CriticalPoint> half_stable;  ///< chi1 = 1 and dq'/dq = 1, at bias variances of their own
  std::optional<double> weight_variance;   ///< as asked for
  std::optional<DepthScales> scales;       ///< at `weight_variance`, from pre-activations of variance 1
};

/// @throws Error bad_value for a negative or non-finite variance.
EdgeSummary edge_summary(const ScalarFunction& phi, double bias_variance, std::optional<double> weight_variance = {});

}  // namespace fanin::theory
