// How a two-layer linear network learns: each mode of the data (a singular value of the input–output correlation)
// grows by itself along a sigmoid, so small initial weights mean a plateau first.
#pragma once

namespace fanin::theory {

/// One mode, learned by gradient flow from balanced weights of strength u0 (the product of the two layers' weights
/// along it): τ du/dt = 2u(s - u).
struct LinearMode {
  double strength = 1;  ///< s > 0: the singular value to learn
  double initial = 0;   ///< u0 > 0; above s it shrinks
  double time = 1;      ///< τ > 0: examples over learning rate
};

/// u(t) = s·e^(2st/τ)/(e^(2st/τ) - 1 + s/u0), for t of any sign where it exists.
/// @throws Error bad_value.
/// @source  Saxe, McClelland & Ganguli 2014, arXiv:1312.6120, equation 7.
double linear_mode_strength(const LinearMode& mode, double t);

/// The time at which the mode reaches `strength`, strictly between 0 and s (or above s when u0 is).
/// @throws Error bad_value. @source  ibid., equation 6.
double linear_mode_time(const LinearMode& mode, double strength);

}  // namespace fanin::theory
