// AdamW (Loshchilov & Hutter 2019): Adam with the decay applied to the parameter itself,
// w <- (1 - lr wd) w, before Adam's step on the plain gradient.
#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {

void reference_adamw(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value) {
  value.parameter *= 1 - optimizer.learning_rate * optimizer.weight_decay;
  Optimizer plain = optimizer;
  plain.weight_decay = 0;
  reference_adam(plain, step, gradient, value);
}

}  // namespace fanin::engine
