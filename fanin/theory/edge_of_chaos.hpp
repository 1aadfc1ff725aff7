// The edge of chaos, chi1 = 1: where squared gradients neither vanish nor explode, for any
// activation. A critical point is of use only when its variance is a stable fixed point.
//
//     theory::critical_point(tanh, 0.05).weight_variance;   // 1.760955
//     theory::critical_point(gelu, 0.04).stability;         // Stability::unstable
#pragma once

#include <vector>

#include "fanin/theory/mean_field.hpp"

namespace fanin::theory {

struct CriticalPoint {
  Variances variances;
  double q = 0;               ///< q* there
  double variance_slope = 0;  ///< dq'/dq: unstable (> 1) means the variance leaves q*
  Stability stability = Stability::stable;
  double residual = 0;  ///< chi1 - 1
  int iterations = 0;
  SolveStatus status = SolveStatus::no_solution;
};

/// Every (weight_variance, q) with chi1 = 1 at the fixed point q and the given bias variance,
/// ascending in q. Parametrized by q: weight_variance = (q - sb2)/E φ², so chi1 = 1 is one equation in
/// one unknown, searched over q - sb2 in [1e-12, 1e8]. Without bias the origin is included when
/// φ(0) = 0. For relu and its like chi1 does not depend on q: one point without bias (q = 1, marginal:
/// every q is fixed), none with.
/// @throws Error bad_value for a negative or NaN bias variance.
/// @source  Schoenholz et al. 2017; Hayou et al. 2019, arXiv:1902.06853.
std::vector<CriticalPoint> critical_points(const ScalarFunction& phi, double bias_variance);

/// The stable one if there is one, else a marginal one, else the unstable one of least q, which its
/// `stability` reports; status no_solution when chi1 = 1 has none.
CriticalPoint critical_point(const ScalarFunction& phi, double bias_variance);

/// Half-stable criticality: chi1 = 1 and dq'/dq = 1 together at q* = K > 0, that is E φφ'' = 0 there;
/// then C_W = 1/E φ'² and C_b = K - C_W E φ². Only points with C_b >= 0 are reported, ascending in q.
/// The scale-invariant relu family gives K = 1 (every K serves).
/// @source  Roberts, Yaida & Hanin 2022, arXiv:2106.10165, chapter 5.
std::vector<CriticalPoint> half_stable_points(const ScalarFunction& phi);

}  // namespace fanin::theory
