// A moment of softmax that attention needs too. No op.
#pragma once

#include <algorithm>
#include <cmath>

namespace fanin::theory {

/// E y_i y'_i of the softmax of n independent Gaussian values of covariance `covariance` with those of the
/// other input (their variance, for E y²): exp(covariance)/n² to leading order in 1/n, at most 1/n.
inline double softmax_square(double covariance, double n) noexcept {
  return std::isnan(covariance) ? covariance : std::min(std::exp(covariance) / (n * n), 1 / n);
}

}  // namespace fanin::theory
