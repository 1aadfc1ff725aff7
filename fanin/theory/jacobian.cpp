#include "fanin/theory/jacobian.hpp"

#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/theory/mean_field.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

void check_depth(int depth) {
  if (depth < 1) throw Error(ErrorCode::bad_value, "depth", "a network has at least one layer");
}

}  // namespace

JacobianMoments jacobian_moments(const ScalarFunction& phi, double q, double weight_variance, int depth,
                                 WeightEnsemble ensemble) {
  check_depth(depth);
  const double mu1 = slope_second(phi, {.q = q}), mu2 = slope_fourth(phi, {.q = q});
  const double s1 = ensemble == WeightEnsemble::gaussian ? -1 : 0;
  JacobianMoments out;
  out.mean = std::pow(chi1(phi, q, {.weight_variance = weight_variance}), depth);
  out.variance = out.mean * out.mean * depth * (mu2 / (mu1 * mu1) - 1 - s1);
  return out;
}

double linear_gaussian_largest_eigenvalue(int depth) {
  check_depth(depth);
  const double l = depth;
  return (l + 1) * std::exp(l * std::log1p(1 / l));  // (1 + 1/L)^L does not overflow
}

}  // namespace fanin::theory
