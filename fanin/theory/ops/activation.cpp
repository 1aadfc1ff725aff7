// activation: y = φ(x), x taken as Gaussian with its mean and variance, which it is in the wide limit
// after a dense op and is not on raw data.
#include "fanin/net/ops/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fanin/theory/correlation.hpp"
#include "fanin/theory/moments.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

ScalarFunction function_of(const RuleInput& in) {
  return static_cast<const net::ActivationOp&>(*in.node.op).function();
}

/// Rounding may leave a variance a little below zero. @return false when a moment has overflowed.
bool gaussian_of(const Signal& x, Gaussian& u) {
  u = {.q = std::max(x.variance(), 0.0), .mean = x.mean};
  return std::isfinite(x.variance()) && std::isfinite(x.mean);
}

Signal forward(const RuleInput& in) {
  const Signal& x = in.inputs[0];
  const ScalarFunction phi = function_of(in);
  Signal y;
  y.gaussian = false;
  y.exact = x.exact && x.gaussian;
  Gaussian u;
  if (!gaussian_of(x, u)) {
    y.mean = y.second_moment = y.cross_moment = std::numeric_limits<double>::quiet_NaN();
    return y;
  }
  y.mean = mean(phi, u);
  y.second_moment = second_moment(phi, u);
  if (std::isnan(x.cross_moment)) {
    y.cross_moment = x.cross_moment;
  } else {
    const double c = u.q > 0 ? std::clamp(x.correlation(), -1.0, 1.0) : 1;
    y.cross_moment = y.second_moment - product_deficit(phi, 1 - c, u);
  }
  return y;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  Gaussian u;
  const bool finite = gaussian_of(in.inputs[0], u);
  to_inputs[0] += finite ? slope_second(function_of(in), u) * gradient : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

const OpRule kActivationRule{
    .kind = "activation", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
