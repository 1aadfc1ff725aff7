// Everything there is to say about the gain of one unit, an activation or a gated pair, for
// pre-activations of any variance.
//
//     theory::gain_summary("gelu").forward;         // 1.5335
//     theory::gain_summary("swiglu").gated;         // true
//     theory::gain_summary("tanh", 4.0).forward;    // what keeps a variance of 4
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fanin/core/quadrature.hpp"

namespace fanin::theory {

/// z ~ N(0, variance). A gain is the factor on the weights' standard deviation 1/√fan that keeps its
/// moment from one layer to the next; infinite where there is nothing to keep.
struct GainSummary {
  std::string unit;     ///< canonical: "leaky_relu(negative_slope=0.2)", "swiglu"
  std::string formula;  ///< of φ, or of the gated unit: "a*phi(b), phi = silu"
  std::string source;
  bool gated = false;
  double variance = 1;

  // Of φ(z); of a·φ(b) with a and b independent for a gated unit.
  double mean = 0;
  double second_moment = 0;
  double output_variance = 0;
  double slope_second_moment = 0;  ///< E φ'²; for a gated unit E φ(b)² + E a²φ'(b)², both ways back

  double forward = 0;       ///< √(variance / second_moment), with fan_in
  double backward = 0;      ///< 1/√slope_second_moment, with fan_out
  double mean_removed = 0;  ///< √(variance / output_variance)
  /// torch.nn.init.calculate_gain, which knows no variance but 1; nothing where PyTorch raises.
  std::optional<double> pytorch;
  QuadratureStatus status = QuadratureStatus::converged;  ///< the worst of the integrals
};

/// @param unit      an activation or a gated unit of the catalogue, as text: "gelu", "leaky_relu(0.2)", "glu".
/// @param variance  finite, > 0.
/// @throws Error unknown_name with the nearest names of both, bad_value, bad_syntax.
/// @source  as gain.hpp; at another variance than 1 the forward gain squared is the weight variance whose
///          map has the fixed point q* = variance without bias (Poole et al. 2016, arXiv:1606.05340).
GainSummary gain_summary(std::string_view unit, double variance = 1);

}  // namespace fanin::theory
