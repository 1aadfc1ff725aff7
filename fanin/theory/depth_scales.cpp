#include "fanin/theory/depth_scales.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fanin::theory {

std::string_view to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::ordered: return "ordered";
    case Phase::critical: return "critical";
    case Phase::chaotic: return "chaotic";
  }
  return "unknown";
}

double depth_scale(double rate) noexcept {
  const double size = std::fabs(rate);
  if (size == 0) return 0;
  if (std::fabs(size - 1) <= 1e-12) return std::numeric_limits<double>::infinity();
  return -1 / std::log(size);
}

DepthScales depth_scales(const ScalarFunction& phi, const Variances& v, double start) {
  DepthScales out;
  out.variance = variance_fixed_point(phi, v, start);
  const double q = std::min(out.variance.q, 1e12);
  out.chi1 = chi1(phi, q, v);
  out.phase = out.chi1 < 1 - 1e-9 ? Phase::ordered : out.chi1 > 1 + 1e-9 ? Phase::chaotic : Phase::critical;
  out.correlation = correlation_fixed_point(phi, q, v);
  out.xi_q = depth_scale(out.variance.slope);
  out.xi_c = depth_scale(out.correlation.slope);
  out.xi_grad = depth_scale(out.chi1);
  out.trainable_depth = 6 * out.xi_c;
  return out;
}

}  // namespace fanin::theory
