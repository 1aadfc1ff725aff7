// rms_norm: the units of one sample divided by the root of their mean square, E x² in the wide limit.
#include "fanin/net/ops/rms_norm.hpp"

#include <cmath>

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

double divisor(const RuleInput& in) {
  return in.inputs[0].second_moment + static_cast<const net::RmsNorm&>(*in.node.op).epsilon();
}

Signal normalized(const RuleInput& in) { return multiplied(in.inputs[0], {0, 1 / std::sqrt(divisor(in))}); }

Signal forward(const RuleInput& in) { return scaled_and_shifted(normalized(in), in.parameters); }

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  to_inputs[0] += scale_square(in.parameters) * gradient / divisor(in);
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  affine_gradients(in.node, normalized(in).second_moment, gradient, out);
}

}  // namespace

const OpRule kRmsNormRule{
    .kind = "rms_norm", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
