// Adaptive quadrature: integrals over an interval and expectations under the standard normal
// density, in one and two dimensions. The integrand may have kinks and jumps: name them and the
// panels are split there; those that are not named are found by bisection, more slowly.
//
//     const double kink[] = {0};
//     const Integral half = normal_expectation([](double z) { return z > 0 ? z * z : 0; }, kink);
//     // half.value == 0.5 to 1e-15
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace fanin {

enum class QuadratureStatus {
  converged,
  not_converged,  ///< the panels ran out: `error` says how far the value may be off
  non_finite,     ///< the integrand was NaN or infinite somewhere; the value is NaN
};

struct Integral {
  double value = 0;
  double error = 0;  ///< estimate of the absolute error, usually pessimistic
  long evaluations = 0;
  QuadratureStatus status = QuadratureStatus::converged;
};

struct QuadratureOptions {
  double relative_tolerance = 1e-13;  ///< of the integral of |f|
  double absolute_tolerance = 0;
  int max_panels = 2000;
};

/// ∫ f over [from, to] by bisected 31-point Gauss–Kronrod panels.
/// @param from, to  finite, from <= to.
/// @param breaks    where f or a derivative of it jumps, in any order; those outside are ignored.
/// @accuracy        relative 1e-14 for f analytic near the panels.
/// @source          Piessens et al. 1983 (QUADPACK) for the error estimate.
Integral integrate(const std::function<double(double)>& f, double from, double to, std::span<const double> breaks = {},
                   const QuadratureOptions& options = {});

/// E[f(z)], z ~ N(0, 1). The integral is cut at |z| = 13, where the density is 1e-37: f may grow
/// like any polynomial.
/// @accuracy  1e-13 relative to E|f| for f smooth between the breaks.
Integral normal_expectation(const std::function<double(double)>& f, std::span<const double> breaks = {},
                            const QuadratureOptions& options = {});

/// How the second variable's breaks move with the first: appends to `breaks` for this x.
using BreaksAt = std::function<void(double x, std::vector<double>& breaks)>;

struct PlaneOptions {
  double relative_tolerance = 1e-13;  ///< of the integral of |f|
  int max_panels = 2000;              ///< along each axis
  bool even_in_y = false;             ///< f(x, -y) = f(x, y): only y >= 0 is looked at
};

/// E[f(x, y)], x and y independent N(0, 1): nested, with f's breaks along y given for each x.
/// @param x_breaks  where E_y[f(x, y)] as a function of x, or a derivative of it, jumps.
/// @param y_breaks  may be empty.
/// @cost            about (200 ... 1000)² evaluations.
Integral normal_expectation_2d(const std::function<double(double, double)>& f, std::span<const double> x_breaks = {},
                               const BreaksAt& y_breaks = {}, const PlaneOptions& options = {});

}  // namespace fanin
