// log_softmax: y_i = x_i - log Σ exp(x_j) over n independent Gaussian x of variance v. The sum is nearly a
// constant when n is large: y has the mean -log n - v/2 and the variance of x. Not exact.
#include <algorithm>
#include <cmath>

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/softmax_moments.hpp"

namespace fanin::theory {
namespace {

double width_of(const RuleInput& in) { return static_cast<double>(in.node.shape.extents().back()); }

Signal forward(const RuleInput& in) {
  const Signal& x = in.inputs[0];
  Signal y = x;
  y.mean = -std::log(width_of(in)) - x.variance() / 2;
  y.second_moment = x.variance() + y.mean * y.mean;
  y.cross_moment = x.cross_moment - x.mean * x.mean + y.mean * y.mean;
  y.exact = false;
  return y;
}

/// The Jacobian is 1 - softmax: Σ_j (δ_ij - p_i)² = 1 - 2 p_i + n p_i².
void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const double n = width_of(in);
  to_inputs[0] += (1 - 2 / n + n * softmax_square(in.inputs[0].variance(), n)) * gradient;
}

}  // namespace

const OpRule kLogSoftmaxRule{
    .kind = "log_softmax", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
