// layer_norm: the units of one sample normalized. In the wide limit their mean is E x and their variance
// Var x, so correlations between inputs, about the mean, stay as they are.
#include "fanin/net/ops/layer_norm.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

double divisor(const RuleInput& in) {
  return in.inputs[0].variance() + static_cast<const net::LayerNorm&>(*in.node.op).epsilon();
}

Signal normalized(const RuleInput& in) {
  Signal y = in.inputs[0];
  y.mean = 0;
  y.second_moment = in.inputs[0].variance() / divisor(in);
  y.cross_moment = (in.inputs[0].cross_moment - in.inputs[0].mean * in.inputs[0].mean) / divisor(in);
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

const OpRule kLayerNormRule{
    .kind = "layer_norm", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
