// softmax: y_i = exp(x_i)/Σ exp(x_j) over n independent Gaussian x of variance v, to leading order in 1/n:
// E y = 1/n exactly, E y² = exp(v)/n², at most 1/n. Not exact.
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
  const double n = width_of(in);
  Signal y;
  y.mean = 1 / n;
  y.second_moment = softmax_square(x.variance(), n);
  y.cross_moment = softmax_square(x.cross_moment - x.mean * x.mean, n);
  y.exact = false;
  return y;
}

/// The Jacobian is diag(y) - y yᵀ: Σ_j J_ij² = y_i² (1 - 2 y_i + Σ y_j²).
void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const double n = width_of(in);
  const double square = softmax_square(in.inputs[0].variance(), n);
  to_inputs[0] += square * std::max(1 - 2 / n + n * square, 0.0) * gradient;
}

}  // namespace

const OpRule kSoftmaxRule{.kind = "softmax", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
