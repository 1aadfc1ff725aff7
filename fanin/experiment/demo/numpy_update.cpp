#include "fanin/experiment/demo/numpy_update.hpp"

#include <cmath>

namespace fanin::experiment {
namespace {

constexpr int kUpdates = 10;
constexpr double kLearningRate = 0.1;

using Row3 = std::array<double, 3>;

Row3 rand3(random::NumpyRandomState& state) {
  Row3 values{};
  state.uniform(random::Uniform{}, std::span<double>(values));
  return values;
}

}  // namespace

NumpyUpdate numpy_update(std::uint32_t seed, const std::function<void(random::NumpyRandomState&, Matrix3&)>& draw) {
  random::NumpyRandomState state(seed);
  const Row3 x = rand3(state);
  NumpyUpdate update;
  draw(state, update.before);
  update.after = update.before;
  Matrix3& w = update.after;
  for (int step = 0; step < kUpdates; ++step) {
    Row3 hidden{};
    for (std::size_t i = 0; i < 9; ++i) hidden[i % 3] += x[i / 3] * w[i];
    const Row3 gradient = rand3(state);
    Row3 back{};
    for (std::size_t i = 0; i < 9; ++i) back[i / 3] += w[i] * gradient[i % 3];
    update.hidden_gradient_norm = std::hypot(back[0], back[1], back[2]);
    for (std::size_t i = 0; i < 9; ++i) w[i] -= kLearningRate * (hidden[i / 3] * gradient[i % 3]);
  }
  return update;
}

}  // namespace fanin::experiment
