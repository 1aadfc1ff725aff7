// scale: y = α x, α fixed or a parameter independent of x.
#include "fanin/net/ops/scale.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

ParameterMoments factor_of(const RuleInput& in) {
  const auto& op = static_cast<const net::Scale&>(*in.node.op);
  return op.type() == net::ScaleKind::fixed ? ParameterMoments(0, op.value()) : in.parameters[0];
}

Signal forward(const RuleInput& in) { return multiplied(in.inputs[0], factor_of(in)); }

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  to_inputs[0] += square_of(factor_of(in)) * gradient;
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  affine_gradients(in.node, in.inputs[0].second_moment, gradient, out);
}

}  // namespace

const OpRule kScaleRule{
    .kind = "scale", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
