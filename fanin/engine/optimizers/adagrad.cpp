// Adagrad (Duchi et al. 2011), PyTorch's form: s <- s + g^2, w <- w - lr g / (sqrt(s) + eps).
#include <cmath>

#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {

void reference_adagrad(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value) {
  gradient += optimizer.weight_decay * value.parameter;
  if (step == 1) value.state1 = optimizer.initial_accumulator;
  value.state1 += gradient * gradient;
  value.parameter -= optimizer.learning_rate * gradient / (std::sqrt(value.state1) + optimizer.epsilon);
}

}  // namespace fanin::engine
