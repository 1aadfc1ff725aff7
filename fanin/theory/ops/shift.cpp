// shift: y = x + b with one b for all elements, so the elements share its draw.
#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) { return shifted(in.inputs[0], in.parameters[0]); }

void backward(const RuleInput&, double gradient, std::span<double> to_inputs) { to_inputs[0] += gradient; }

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  out[0] = static_cast<double>(in.node.shape.count()) * gradient;
}

}  // namespace

const OpRule kShiftRule{
    .kind = "shift", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
