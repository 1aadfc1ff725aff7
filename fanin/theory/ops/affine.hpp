// What several rules share: sums over independent weights, shifts, and the scale and shift behind a
// normalization. No op.
#pragma once

#include "fanin/theory/op_rule.hpp"

namespace fanin::theory {

/// E p².
inline double square_of(const ParameterMoments& p) noexcept { return p.variance + p.mean * p.mean; }

/// Σ over `terms` of w x: w independent of each other and of x, x taken as uncorrelated when w has a mean.
Signal weighted_sum(const Signal& x, const ParameterMoments& w, double terms);
/// The sum of two independent signals.
Signal independent_sum(const Signal& a, const Signal& b);
/// x + b, with b independent of x and the same for every input.
Signal shifted(const Signal& x, const ParameterMoments& b);
/// α·x, with α independent of x and the same for every input.
Signal multiplied(const Signal& x, const ParameterMoments& factor);

/// scale·x + shift where the node has them (no parameters: x itself).
Signal scaled_and_shifted(const Signal& x, std::span<const ParameterMoments> affine);
/// E scale², 1 without parameters.
double scale_square(std::span<const ParameterMoments> affine);
/// Gradients of scale and shift: every value is read at count/channels elements, whose contributions add up
/// as uncorrelated.
/// @param x_square  the second moment of what the scale multiplies.
void affine_gradients(const net::Node& node, double x_square, double gradient, std::span<double> out);

/// A signal of which nothing is known any more: an overflow on the way.
Signal unknown_signal();

}  // namespace fanin::theory
