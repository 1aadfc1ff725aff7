// transpose: the same elements with the axes in another order.
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) { return in.inputs[0]; }

void backward(const RuleInput&, double gradient, std::span<double> to_inputs) { to_inputs[0] += gradient; }

}  // namespace

const OpRule kTransposeRule{
    .kind = "transpose", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
