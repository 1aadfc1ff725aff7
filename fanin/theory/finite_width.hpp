// Exact statements about finite networks at initialization: how far a relu network's length
// wanders, and how likely it is born dead; and the growth of a residual stream.
#pragma once

#include <cstdint>
#include <span>

namespace fanin::theory {

/// E[M_L²] of a relu network with He's Gaussian weights and zero bias, M_L the normalized squared
/// length of the last layer's pre-activations; E[M_L] = 1. The product of 1 + 5/n over the hidden widths.
/// @param widths  of the hidden layers, each >= 1. @throws Error bad_value.
/// @source  Hanin & Rolnick 2018, arXiv:1803.01719.
double relu_length_second_moment(std::span<const std::int64_t> widths);

/// The probability that a relu network with symmetric weights and zero bias outputs a constant from
/// the start, for one input: 1 - ∏(1 - 2^-n) over the hidden widths.
/// @source  Lu et al. 2019, arXiv:1903.06733; an upper bound's exact form for a single input.
double born_dead_probability(std::span<const std::int64_t> widths);

/// The factor on the variance of a residual stream after `blocks` blocks x + s·f(x), where f keeps
/// the second moment: (1 + s²)^blocks. With s² = 1/blocks it stays below e.
double residual_variance_factor(double branch_variance, int blocks);

}  // namespace fanin::theory
