// group_norm: as layer_norm for the elements of a group of channels at all positions. A group of one
// channel sees the positions of one draw only, which the moments over all draws do not describe: not exact.
#include "fanin/net/ops/group_norm.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

const net::GroupNorm& op_of(const RuleInput& in) { return static_cast<const net::GroupNorm&>(*in.node.op); }

double divisor(const RuleInput& in) { return in.inputs[0].variance() + op_of(in).epsilon(); }

Signal normalized(const RuleInput& in) {
  Signal y = in.inputs[0];
  y.mean = 0;
  y.second_moment = in.inputs[0].variance() / divisor(in);
  y.cross_moment = (in.inputs[0].cross_moment - in.inputs[0].mean * in.inputs[0].mean) / divisor(in);
  y.exact = in.inputs[0].exact && in.node.shape[0] > op_of(in).groups();
  return y;
}

Signal forward(const RuleInput& in) { return scaled_and_shifted(normalized(in), in.parameters); }

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  to_inputs[0] += scale_square(in.parameters) * gradient / divisor(in);
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  affine_gradients(in.node, normalized(in).second_moment, gradient, out);
}

}  // namespace

const OpRule kGroupNormRule{
    .kind = "group_norm", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
