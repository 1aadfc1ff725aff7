// How deep a network can be before it forgets: the phase, the fixed points and the depth scales of
// a wide dense network, gathered.
//
//     const theory::DepthScales scales = theory::depth_scales(tanh, {.weight_variance = 2, .bias_variance = 0.05});
//     scales.phase;  // Phase::chaotic
//     scales.xi_c;   // 25.213 layers
#pragma once

#include <string_view>

#include "fanin/theory/correlation.hpp"

namespace fanin::theory {

enum class Phase {
  ordered,   ///< chi1 < 1: inputs become alike, gradients vanish
  critical,  ///< chi1 = 1 to 1e-9
  chaotic,   ///< chi1 > 1: close inputs part, gradients explode
};
std::string_view to_string(Phase phase) noexcept;

/// All depths in layers. A quantity changes like e^(-l/ξ): ξ is infinite at the critical point and
/// negative where the quantity grows.
struct DepthScales {
  FixedPoint variance;  ///< q*; when it diverges the numbers below are those of q = 1e12
  CorrelationFixedPoint correlation;
  double chi1 = 0;  ///< at q*
  Phase phase = Phase::ordered;
  double xi_q = 0;             ///< of q_l - q*
  double xi_c = 0;             ///< of c_l - c*
  double xi_grad = 0;          ///< of the squared gradient, backwards: -1/log chi1
  double trainable_depth = 0;  ///< about 6 ξ_c
};

/// @param start  the variance of the first pre-activations, > 0: it selects among several q*.
/// @source  Schoenholz et al. 2017, arXiv:1611.01232.
DepthScales depth_scales(const ScalarFunction& phi, const Variances& v, double start = 1);

/// -1/log|rate|, infinite at |rate| = 1 to 1e-12; 0 for a rate of 0.
double depth_scale(double rate) noexcept;

}  // namespace fanin::theory
