#include "fanin/theory/edge_of_chaos.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

constexpr double kNoise = 1e-12;  // what quadrature leaves of chi1 - 1

CriticalPoint describe(const ScalarFunction& phi, const Variances& v, double q, int iterations, SolveStatus status) {
  CriticalPoint point;
  point.variances = v;
  point.q = q;
  point.variance_slope = variance_map_slope(phi, q, v);
  point.stability = stability_of(point.variance_slope);
  point.residual = chi1(phi, q, v) - 1;
  point.iterations = iterations;
  point.status = status;
  return point;
}

/// φ(s z) = s φ(z) for s > 0, judged by the moments: then E φ'² = E φ²/q and E φφ'' = 0 at every q.
bool scale_invariant(const ScalarFunction& phi) {
  return std::ranges::all_of(std::vector<double>{1e-4, 1.0, 1e4}, [&](double q) {
    const double slope = slope_second(phi, {.q = q}), ratio = second_moment(phi, {.q = q}) / q;
    return std::fabs(slope - ratio) <= 1e-10 * slope;
  });
}

}  // namespace

std::vector<CriticalPoint> critical_points(const ScalarFunction& phi, double bias_variance) {
  detail::check({.weight_variance = 1, .bias_variance = bias_variance});
  std::vector<CriticalPoint> points;
  if (scale_invariant(phi)) {
    if (bias_variance > 0) return points;
    points.push_back(describe(phi, {.weight_variance = 1 / slope_second(phi)}, 1, 1, SolveStatus::converged));
    return points;
  }
  if (bias_variance == 0 && phi.value(0) == 0) {
    const double slope = slope_second(phi, {.q = 0});
    if (slope > 0) points.push_back(describe(phi, {.weight_variance = 1 / slope}, 0, 1, SolveStatus::converged));
  }
  const auto weight_variance_at = [&](double above) {
    return above / second_moment(phi, {.q = bias_variance + above});
  };
  const auto excess = [&](double above) {
    return weight_variance_at(above) * slope_second(phi, {.q = bias_variance + above}) - 1;
  };
  for (const Root& root : scan_roots(excess, 1e-12, 1e8, 200, kNoise)) {
    const Variances v{.weight_variance = weight_variance_at(root.x), .bias_variance = bias_variance};
    points.push_back(describe(phi, v, bias_variance + root.x, root.iterations, root.status));
  }
  return points;
}

CriticalPoint critical_point(const ScalarFunction& phi, double bias_variance) {
  const std::vector<CriticalPoint> points = critical_points(phi, bias_variance);
  for (const Stability wanted : {Stability::stable, Stability::marginal, Stability::unstable}) {
    const auto found = std::ranges::find(points, wanted, &CriticalPoint::stability);
    if (found != points.end()) return *found;
  }
  CriticalPoint none;
  none.variances.bias_variance = bias_variance;
  return none;
}

std::vector<CriticalPoint> half_stable_points(const ScalarFunction& phi) {
  std::vector<CriticalPoint> points;
  if (scale_invariant(phi)) return critical_points(phi, 0);
  const auto curvature = [&](double q) {
    const double slope = slope_second(phi, {.q = q});
    return (second_moment_slope(phi, {.q = q}) - slope) / slope;
  };
  for (const Root& root : scan_roots(curvature, 1e-6, 1e6, 200, kNoise)) {
    Variances v{.weight_variance = 1 / slope_second(phi, {.q = root.x})};
    v.bias_variance = root.x - v.weight_variance * second_moment(phi, {.q = root.x});
    if (!(v.bias_variance >= 0)) continue;
    points.push_back(describe(phi, v, root.x, root.iterations, root.status));
  }
  return points;
}

}  // namespace fanin::theory
