// dropout: y = x·m/(1 - rate) as in training, with a mask m of each element and of each input of its own.
#include "fanin/net/ops/dropout.hpp"

#include "fanin/theory/ops/all.hpp"

namespace fanin::theory {
namespace {

/// E (m/(1 - rate))².
double mask_square(const RuleInput& in) { return 1 / (1 - static_cast<const net::Dropout&>(*in.node.op).rate()); }

Signal forward(const RuleInput& in) {
  Signal y = in.inputs[0];
  const double square = mask_square(in);
  y.second_moment *= square;
  y.gaussian = y.gaussian && square == 1;
  return y;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  to_inputs[0] += mask_square(in) * gradient;
}

}  // namespace

const OpRule kDropoutRule{.kind = "dropout", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
