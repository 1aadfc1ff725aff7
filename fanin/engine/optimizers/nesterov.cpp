// Nesterov momentum as PyTorch's SGD defines it: u as in momentum, then w <- w - lr (g + momentum u)
// (Sutskever et al. 2013, in the form that evaluates the gradient at w).
#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {

void reference_nesterov(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value) {
  gradient += optimizer.weight_decay * value.parameter;
  value.state1 = step == 1 ? gradient : optimizer.momentum * value.state1 + gradient;
  value.parameter -= optimizer.learning_rate * (gradient + optimizer.momentum * value.state1);
}

}  // namespace fanin::engine
