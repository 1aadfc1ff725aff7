#include "fanin/theory/edge_summary.hpp"

namespace fanin::theory {

EdgeSummary edge_summary(const ScalarFunction& phi, double bias_variance, std::optional<double> weight_variance) {
  EdgeSummary summary;
  summary.activation = phi.name();
  summary.bias_variance = bias_variance;
  summary.weight_variance = weight_variance;
  if (weight_variance) {
    summary.scales = depth_scales(phi, {.weight_variance = *weight_variance, .bias_variance = bias_variance});
  }
  summary.critical = critical_points(phi, bias_variance);
  summary.half_stable = half_stable_points(phi);
  return summary;
}

}  // namespace fanin::theory
