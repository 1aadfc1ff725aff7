// The correlation map: how the correlation c of two inputs' pre-activations changes through a
// layer. Everything is computed in the distance 1 - c, so that nothing cancels near c = 1.
//
//     theory::correlation_map(relu, 1, 0, {.weight_variance = 2});  // 1/pi
#pragma once

#include "fanin/theory/mean_field.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {

/// E φ(u1) φ(u2), u1 and u2 of the given Gaussian with correlation c in [-1, 1].
/// Closed form for linear, relu and leaky_relu; nested quadrature with the kinks' lines as breaks
/// for all else. @accuracy 1e-12. @throws Error bad_value for c outside [-1, 1] (so do all below).
double product_moment(const ScalarFunction& phi, double c, const Gaussian& u = {});
/// E φ'(u1) φ'(u2).
double slope_product_moment(const ScalarFunction& phi, double c, const Gaussian& u = {});
/// E φ² - E φ(u1)φ(u2) = E (φ(u1) - φ(u2))²/2, relative accuracy 1e-9 down to distance = 1e-14.
/// @param distance  1 - c, in [0, 2].
double product_deficit(const ScalarFunction& phi, double distance, const Gaussian& u = {});

/// c' = (weight_variance E φφ + bias_variance) / q', both inputs at variance q.
/// @source  Poole et al. 2016, arXiv:1606.05340.
double correlation_map(const ScalarFunction& phi, double q, double c, const Variances& v);
/// The same map in distances: 1 - c' of 1 - c.
double distance_map(const ScalarFunction& phi, double q, double distance, const Variances& v);
/// dc'/dc = weight_variance E φ'φ' · q/q'.
double correlation_map_slope(const ScalarFunction& phi, double q, double c, const Variances& v);

struct CorrelationFixedPoint {
  double c = 1;
  double distance = 0;  ///< 1 - c, with its own digits
  double slope = 0;     ///< dc'/dc there: chi_c
  double residual = 0;  ///< of the distance map
  int iterations = 0;
  SolveStatus status = SolveStatus::no_solution;
};

/// The stable fixed point c* in [0, 1] at variance q. The map is convex on [0, 1] and fixes 1, so
/// c* = 1 exactly when its slope there is at most 1, and otherwise is unique below 1.
/// A c* within 1e-12 of 1 is reported as 1.
CorrelationFixedPoint correlation_fixed_point(const ScalarFunction& phi, double q, const Variances& v);

/// The arc-cosine kernel of relu, J(c) = (√(1-c²) + (π - acos c) c)/π = 2 E relu relu, and J'.
/// @source  Cho & Saul 2009, degree 1.
double arc_cosine(double c);
double arc_cosine_slope(double c);

}  // namespace fanin::theory
