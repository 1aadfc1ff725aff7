// Heavy-ball momentum as PyTorch's SGD defines it: the buffer starts as the first gradient,
// then u <- momentum u + g, and w <- w - lr u (Polyak 1964; no dampening).
#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {

void reference_momentum(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value) {
  gradient += optimizer.weight_decay * value.parameter;
  value.state1 = step == 1 ? gradient : optimizer.momentum * value.state1 + gradient;
  value.parameter -= optimizer.learning_rate * value.state1;
}

}  // namespace fanin::engine
