#include "fanin/theory/mean_field.hpp"

#include <cmath>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

constexpr double kSmallest = 1e-30, kLargest = 1e12;
constexpr double kStep = 1.25;       // of the search for a bracket
constexpr double kRounding = 1e-13;  // relative: what quadrature leaves of q' - q

FixedPoint describe(const ScalarFunction& phi, const Variances& v, double q, int iterations, SolveStatus status) {
  FixedPoint point;
  point.q = q;
  point.iterations = iterations;
  point.status = status;
  point.slope = variance_map_slope(phi, std::min(q, kLargest), v);
  point.stability = stability_of(point.slope);
  point.residual = std::isfinite(q) ? variance_map(phi, q, v) - q : 0;
  return point;
}

}  // namespace

namespace detail {

void check(const Variances& v) {
  if (!(v.weight_variance >= 0) || !std::isfinite(v.weight_variance)) {
    throw Error(ErrorCode::bad_value, "weight_variance", "a variance must be finite and >= 0");
  }
  if (!(v.bias_variance >= 0) || !std::isfinite(v.bias_variance)) {
    throw Error(ErrorCode::bad_value, "bias_variance", "a variance must be finite and >= 0");
  }
}

}  // namespace detail

double variance_map(const ScalarFunction& phi, double q, const Variances& v) {
  detail::check(v);
  return v.weight_variance * second_moment(phi, {.q = q}) + v.bias_variance;
}

double variance_map_slope(const ScalarFunction& phi, double q, const Variances& v) {
  detail::check(v);
  return v.weight_variance * second_moment_slope(phi, {.q = q});
}

double chi1(const ScalarFunction& phi, double q, const Variances& v) {
  detail::check(v);
  return v.weight_variance * slope_second(phi, {.q = q});
}

FixedPoint variance_fixed_point(const ScalarFunction& phi, const Variances& v, double start) {
  detail::check(v);
  if (!(start > 0) || !std::isfinite(start)) {
    throw Error(ErrorCode::bad_value, "start", "the starting variance must be finite and > 0");
  }
  const auto excess = [&](double q) { return variance_map(phi, q, v) - q; };
  int iterations = 1;
  const double first = excess(start);
  if (std::isnan(first)) return describe(phi, v, start, iterations, SolveStatus::not_converged);
  if (std::fabs(first) <= kRounding * start) return describe(phi, v, start, iterations, SolveStatus::converged);
  const double factor = first > 0 ? kStep : 1 / kStep;
  for (double q = start; q < kLargest && q > kSmallest; q *= factor) {
    const double next = excess(q * factor);
    ++iterations;
    if (!std::isfinite(next)) break;
    if ((next > 0) == (first > 0) && next != 0) continue;
    const Root root = factor > 1 ? find_root(excess, q, q * factor) : find_root(excess, q * factor, q);
    return describe(phi, v, root.x, iterations + root.iterations, root.status);
  }
  if (first < 0) return describe(phi, v, 0, iterations, SolveStatus::converged);  // q -> 0
  return describe(phi, v, std::numeric_limits<double>::infinity(), iterations, SolveStatus::diverges);
}

std::vector<FixedPoint> variance_fixed_points(const ScalarFunction& phi, const Variances& v) {
  detail::check(v);
  std::vector<FixedPoint> points;
  if (variance_map(phi, 0, v) == 0) points.push_back(describe(phi, v, 0, 1, SolveStatus::converged));
  // Relative, so that rounding has one size over the whole range.
  const auto excess = [&](double q) { return variance_map(phi, q, v) / q - 1; };
  for (const Root& root : scan_roots(excess, 1e-12, 1e10, 250, kRounding)) {
    points.push_back(describe(phi, v, root.x, root.iterations, root.status));
  }
  return points;
}

}  // namespace fanin::theory
