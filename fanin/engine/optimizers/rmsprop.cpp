// RMSprop (Tieleman & Hinton 2012), PyTorch's form: v <- alpha v + (1-alpha) g^2, and
// w <- w - lr g / (sqrt(v) + eps). Not centred, no momentum.
#include <cmath>

#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {

void reference_rmsprop(const Optimizer& optimizer, std::int64_t, double gradient, ReferenceValue& value) {
  gradient += optimizer.weight_decay * value.parameter;
  value.state1 = optimizer.alpha * value.state1 + (1 - optimizer.alpha) * gradient * gradient;
  value.parameter -= optimizer.learning_rate * gradient / (std::sqrt(value.state1) + optimizer.epsilon);
}

}  // namespace fanin::engine
