// dense: y_i = Σ_j W_ij x_j, W independent with mean m and variance s². Then E y = fan_in m E x and
// Var y = fan_in (s² E x² + m² Var x). Exact for m = 0 at any width; for m != 0 the units share
// their sum and are no longer independent, and x_j are taken as uncorrelated.
#include <cmath>

#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) {
  const Signal& x = in.inputs[0];
  const ParameterMoments& w = in.parameters[0];
  const auto fan_in = static_cast<double>(net::fans(in.node.parameters[0]).fan_in);
  Signal y;
  y.mean = w.mean == 0 ? 0 : fan_in * w.mean * x.mean;
  const double square = w.mean * w.mean;
  y.second_moment = fan_in * (w.variance * x.second_moment + square * x.variance()) + y.mean * y.mean;
  y.cross_moment =
      fan_in * (w.variance * x.cross_moment + square * (x.cross_moment - x.mean * x.mean)) + y.mean * y.mean;
  y.gaussian = true;
  y.exact = x.exact && w.mean == 0;
  return y;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const ParameterMoments& w = in.parameters[0];
  const auto fan_out = static_cast<double>(net::fans(in.node.parameters[0]).fan_out);
  to_inputs[0] += fan_out * (w.variance + w.mean * w.mean) * gradient;
}

/// ∂L/∂W_ij = Σ over positions of δ_i x_j: they add up as uncorrelated.
void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const std::int64_t units = in.node.shape.extents().back();
  const auto positions = static_cast<double>(in.node.shape.count() / units);
  out[0] = positions * gradient * in.inputs[0].second_moment;
}

}  // namespace

const OpRule kDenseRule{
    .kind = "dense", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
