// The variance map of a wide dense network, its fixed points, and chi. Layer l computes
// u = W φ(u_prev) + b with W_ij ~ N(0, weight_variance/fan_in), b_i ~ N(0, bias_variance); then
// u ~ N(0, q_l), q_{l+1} = weight_variance E φ(√q_l z)² + bias_variance.
//
//     const theory::FixedPoint q = theory::variance_fixed_point(tanh, {.weight_variance = 2, .bias_variance = 0.05});
//     q.q;  // 0.721762
#pragma once

#include <vector>

#include "fanin/theory/function.hpp"
#include "fanin/theory/solve.hpp"

namespace fanin::theory {

struct Variances {
  double weight_variance = 1;  ///< sw2 = fan_in · Var W_ij, >= 0
  double bias_variance = 0;    ///< sb2, >= 0
};

/// q' of q. @throws Error bad_value for a negative or NaN q or variance (so do all below).
/// @source  Poole et al. 2016, arXiv:1606.05340.
double variance_map(const ScalarFunction& phi, double q, const Variances& v);
/// dq'/dq = weight_variance (E φ'² + E φ φ'').
double variance_map_slope(const ScalarFunction& phi, double q, const Variances& v);
/// chi1 = weight_variance E φ'(√q z)²: the growth of a squared gradient per layer, and the slope of
/// the correlation map at 1.
/// @source  Schoenholz et al. 2017, arXiv:1611.01232.
double chi1(const ScalarFunction& phi, double q, const Variances& v);

struct FixedPoint {
  double q = 0;      ///< +infinity when the map diverges
  double slope = 0;  ///< dq'/dq there
  Stability stability = Stability::stable;
  double residual = 0;  ///< q' - q
  int iterations = 0;   ///< evaluations of the map
  SolveStatus status = SolveStatus::no_solution;
};

/// The fixed point q* that q flows to from `start`: the nearest one on the side where the map
/// points. On a continuum of fixed points (relu with weight_variance 2) it is `start` itself, marginal.
/// @param start  finite, > 0.
FixedPoint variance_fixed_point(const ScalarFunction& phi, const Variances& v, double start = 1);

/// Every isolated fixed point in [0, 1e10], ascending, 0 included where it is one.
std::vector<FixedPoint> variance_fixed_points(const ScalarFunction& phi, const Variances& v);

namespace detail {
void check(const Variances& v);
}

}  // namespace fanin::theory
