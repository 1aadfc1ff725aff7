// flatten: the same elements with one axis instead of several.
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) { return in.inputs[0]; }

void backward(const RuleInput&, double gradient, std::span<double> to_inputs) { to_inputs[0] += gradient; }

}  // namespace

const OpRule kFlattenRule{.kind = "flatten", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
