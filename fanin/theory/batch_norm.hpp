// Gradient explosion of batch normalization without skips: the factor by which the squared gradient
// grows per layer, backwards, in a wide network of dense, batch normalization, φ at initialization.
#pragma once

#include "fanin/theory/function.hpp"

namespace fanin::theory {

/// The rate in the limit of a large batch: E φ'²/Var φ. relu gives π/(π-1).
/// @source  Yang et al. 2019, arXiv:1902.08129.
double batch_norm_gradient_rate(const ScalarFunction& phi);

/// The rate at batch size B for linear, (B-2)/(B-3), relu and leaky_relu, in closed form: normalized
/// pre-activations of a unit are uniform on the sphere of radius √B in the B-1 dimensions of mean zero.
/// @param batch  B >= 4 (at 3 the mean over initializations is infinite).
/// @throws Error bad_value for a smaller batch, unsupported for another φ.
/// @source  Yang et al. 2019 for the setting; the derivation is in the source file.
double batch_norm_gradient_rate(const ScalarFunction& phi, long batch);

/// The depth that trains under a rate r: about 16/log r layers (single precision runs out).
double batch_norm_trainable_depth(double rate) noexcept;

}  // namespace fanin::theory
