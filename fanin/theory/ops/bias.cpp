// bias: y = x + b, b independent of x with mean m and variance s², the same for every input.
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) {
  const Signal& x = in.inputs[0];
  const ParameterMoments& b = in.parameters[0];
  Signal y = x;
  const double added = b.variance + b.mean * b.mean + (b.mean == 0 ? 0 : 2 * b.mean * x.mean);
  y.mean = x.mean + b.mean;
  y.second_moment = x.second_moment + added;
  y.cross_moment = x.cross_moment + added;
  return y;
}

void backward(const RuleInput&, double gradient, std::span<double> to_inputs) { to_inputs[0] += gradient; }

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const std::int64_t units = in.node.shape.extents().back();
  out[0] = static_cast<double>(in.node.shape.count() / units) * gradient;
}

}  // namespace

const OpRule kBiasRule{
    .kind = "bias", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
