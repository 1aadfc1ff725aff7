// Adam (Kingma & Ba 2015, algorithm 1), with eps outside the corrected root as PyTorch has it:
// m <- b1 m + (1-b1) g, v <- b2 v + (1-b2) g^2, w <- w - lr/(1-b1^t) m / (sqrt(v/(1-b2^t)) + eps).
#include <cmath>

#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {

void reference_adam(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value) {
  gradient += optimizer.weight_decay * value.parameter;
  value.state1 = optimizer.beta1 * value.state1 + (1 - optimizer.beta1) * gradient;
  value.state2 = optimizer.beta2 * value.state2 + (1 - optimizer.beta2) * gradient * gradient;
  const auto t = static_cast<double>(step);
  const double mean = value.state1 / (1 - std::pow(optimizer.beta1, t));
  const double mean_square = value.state2 / (1 - std::pow(optimizer.beta2, t));
  value.parameter -= optimizer.learning_rate * mean / (std::sqrt(mean_square) + optimizer.epsilon);
}

}  // namespace fanin::engine
