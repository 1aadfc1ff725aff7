// Gains: the factor on the weights' standard deviation 1/√fan that keeps a moment constant through
// a layer with the given activation. He's √2 is forward_gain of relu; nothing here is a table but
// pytorch_gain.
//
//     theory::forward_gain(net::parse_activation("gelu"));  // 1.5335
#pragma once

#include <span>
#include <string_view>

#include "fanin/theory/function.hpp"

namespace fanin::theory {

/// 1/√E φ(z)², z ~ N(0, 1): keeps the second moment of the activations, with fan_in.
/// Infinite when φ vanishes, 0 or NaN when the moment overflows: a value, not an error.
/// @accuracy  1e-12 for φ smooth between its kinks.
/// @source    He et al. 2015, arXiv:1502.01852, eq. 10, for any φ.
double forward_gain(const net::Activation& activation);
double forward_gain(const ScalarFunction& phi);

/// 1/√E φ'(z)²: keeps the second moment of the gradients, with fan_out.
/// @source  He et al. 2015, eq. 14, for any φ.
double backward_gain(const net::Activation& activation);
double backward_gain(const ScalarFunction& phi);

/// 1/std φ(z): keeps the variance where something removes the mean of the activations (weight
/// standardization, normalizer-free networks). Wrong for He-style propagation, where the mean counts.
/// @source  Brock et al. 2021, arXiv:2101.08692, section 3.
double mean_removed_gain(const net::Activation& activation);
double mean_removed_gain(const ScalarFunction& phi);

/// A gated unit a·φ(b), a and b independent halves of one product.
struct Gate {
  std::string_view name;        ///< "swiglu"
  std::string_view activation;  ///< "silu"
  std::string_view source;
};

/// glu, bilinear, reglu, geglu, swiglu. @source Shazeer 2020, arXiv:2002.05202.
std::span<const Gate> gates() noexcept;
/// The φ of "swiglu" and its like. @throws Error unknown_name with the nearest names.
net::Activation parse_gate(std::string_view name);

/// E[(a φ(b))²] = q E φ(√q z)², a and b independent N(0, q).
double gated_second_moment(const ScalarFunction& phi, double q = 1);
/// 1/√E[(a φ(b))²] at q = 1: the factor on the *output* projection's 1/√fan_in that keeps the second
/// moment, when the input projections keep theirs at 1. It equals forward_gain(φ).
double gated_forward_gain(const ScalarFunction& phi);
/// 1/√(E φ(b)² + E[a² φ'(b)²]) at q = 1, both paths back to the common input.
double gated_backward_gain(const ScalarFunction& phi);

/// torch.nn.init.calculate_gain, for imitation and comparison: linear and sigmoid 1, tanh 5/3,
/// relu √2, leaky_relu √(2/(1 + a²)), selu 3/4. Departs from the moments for sigmoid, tanh, selu.
/// @throws Error unsupported for every other activation, as PyTorch raises.
double pytorch_gain(const net::Activation& activation);

}  // namespace fanin::theory
