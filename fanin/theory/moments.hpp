// Gaussian moments of an activation: expectations over u ~ N(mean, q), by quadrature.
//
//     const theory::Moments relu = theory::moments(net::parse_activation("relu"));
//     relu.second_moment;  // E φ(z)² = 0.5
#pragma once

#include "fanin/core/quadrature.hpp"
#include "fanin/theory/function.hpp"

namespace fanin::theory {

/// The pre-activation u ~ N(mean, q).
struct Gaussian {
  double q = 1;     ///< variance, >= 0; 0 means the limit q -> 0+
  double mean = 0;  ///< finite
};

/// Moments of φ(u). All are exact to about 1e-12 relative for smooth φ and for φ smooth between its kinks.
struct Moments {
  double mean = 0;           ///< E φ
  double second_moment = 0;  ///< E φ²
  double variance = 0;       ///< Var φ, from E (φ - E φ)²: no cancellation
  double slope_second = 0;   ///< mu_1 = E φ'²
  double slope_fourth = 0;   ///< mu_2 = E φ'⁴
  /// E φ φ'', with the point masses of φ'' at kinks where φ' jumps, so that
  /// d/dq E φ² = slope_second + curvature holds for every φ. For q = 0 it is NaN at a kink.
  double curvature = 0;
  QuadratureStatus status = QuadratureStatus::converged;  ///< the worst of the integrals
};

/// @throws Error bad_value when q is negative or NaN, or the mean is not finite.
Moments moments(const ScalarFunction& phi, const Gaussian& u = {});

/// E f(u) for any f with the kinks of φ (each function named above is an instance of it).
/// @param f  any function of u whose kinks are among `kinks`.
Integral expectation(const std::function<double(double u)>& f, std::span<const double> kinks, const Gaussian& u = {});

double mean(const ScalarFunction& phi, const Gaussian& u = {});           ///< E φ
double second_moment(const ScalarFunction& phi, const Gaussian& u = {});  ///< E φ²
double variance(const ScalarFunction& phi, const Gaussian& u = {});       ///< Var φ
double slope_second(const ScalarFunction& phi, const Gaussian& u = {});   ///< E φ'²
double slope_fourth(const ScalarFunction& phi, const Gaussian& u = {});   ///< E φ'⁴
/// d/dq E φ(u)² = E φ'² + E φ φ'' = E[z φ φ']/√q: the last form needs no φ'' and holds at kinks.
double second_moment_slope(const ScalarFunction& phi, const Gaussian& u = {});

namespace detail {
/// The breaks of f(mean + √q z) in z: the kinks, and a grid about them and the origin that keeps
/// the panels as fine as φ's own unit when √q is large.
void append_breaks(std::span<const double> kinks, double mean, double std_dev, std::vector<double>& breaks);
}  // namespace detail

}  // namespace fanin::theory
