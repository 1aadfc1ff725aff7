// select: one position of several, whose gradient is spread over them all in the mean per element.
#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

Signal forward(const RuleInput& in) { return in.inputs[0]; }

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  to_inputs[0] +=
      gradient * static_cast<double>(in.node.shape.count()) / static_cast<double>(in.input_shapes[0].count());
}

}  // namespace

const OpRule kSelectRule{.kind = "select", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
