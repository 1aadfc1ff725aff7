// Stochastic gradient descent: w <- w - lr (g + wd w).
#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {

void reference_sgd(const Optimizer& optimizer, std::int64_t, double gradient, ReferenceValue& value) {
  gradient += optimizer.weight_decay * value.parameter;
  value.parameter -= optimizer.learning_rate * gradient;
}

}  // namespace fanin::engine
