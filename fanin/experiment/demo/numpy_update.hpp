// The experiment that four of the demonstrations share: a 3 x 3 matrix of NumPy's random numbers is
// "updated" ten times along a random vector. Replayed value by value, so that the weights are the
// notebook's to the last digit NumPy prints.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "fanin/random/replay_numpy.hpp"

namespace fanin::experiment {

using Matrix3 = std::array<double, 9>;  ///< [3, 3], row-major

struct NumpyUpdate {
  Matrix3 before{};
  Matrix3 after{};
  double hidden_gradient_norm = 0;  ///< of the last update; the notebook computes it and leaves it unused
};

/// np.random.seed(seed); x = np.random.rand(1, 3); W = draw(...); then ten times
/// h = x W; g = np.random.rand(1, 3); W -= 0.1 hᵀ g.
/// @param draw  fills the nine weights from the stream.
NumpyUpdate numpy_update(std::uint32_t seed, const std::function<void(random::NumpyRandomState&, Matrix3&)>& draw);

}  // namespace fanin::experiment
