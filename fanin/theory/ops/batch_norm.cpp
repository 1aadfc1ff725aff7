// batch_norm: each unit normalized over a large batch, as in training. Over the inputs a unit has the
// variance v = E x² - E x x', of one input and of two different ones: what all inputs share is taken away.
// Two outputs are then uncorrelated, and a gradient is divided by v. Where the two inputs' moment is not
// known, the inputs are taken as uncorrelated. Never exact: a batch of B adds terms of order 1/B
// (batch_norm.hpp has them).
// Source: Yang et al. 2019, arXiv:1902.08129.
#include "fanin/net/ops/batch_norm.hpp"

#include <cmath>

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

double batch_variance(const Signal& x) {
  return std::isnan(x.cross_moment) ? x.variance() : x.second_moment - x.cross_moment;
}

double epsilon_of(const RuleInput& in) { return static_cast<const net::BatchNorm&>(*in.node.op).epsilon(); }

Signal normalized(const RuleInput& in) {
  const Signal& x = in.inputs[0];
  const double v = batch_variance(x);
  return {
      .mean = 0, .second_moment = v / (v + epsilon_of(in)), .cross_moment = 0, .gaussian = x.gaussian, .exact = false};
}

Signal forward(const RuleInput& in) { return scaled_and_shifted(normalized(in), in.parameters); }

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  to_inputs[0] += scale_square(in.parameters) * gradient / (batch_variance(in.inputs[0]) + epsilon_of(in));
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  affine_gradients(in.node, normalized(in).second_moment, gradient, out);
}

}  // namespace

const OpRule kBatchNormRule{
    .kind = "batch_norm", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
