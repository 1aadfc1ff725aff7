#include "fanin/theory/batch_norm.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/theory/correlation.hpp"
#include "fanin/theory/moments.hpp"

namespace fanin::theory {
namespace {

struct Slopes {
  double left = 1, right = 1;
};

Slopes slopes_of(const ScalarFunction& phi) {
  const std::string_view name = phi.activation() ? phi.activation()->function().name : std::string_view{};
  if (name == "linear") return {1, 1};
  if (name == "relu") return {0, 1};
  if (name == "leaky_relu") return {phi.activation()->parameter(), 1};
  throw Error(ErrorCode::unsupported, phi.name(),
              "the rate at a finite batch is known for linear, relu and leaky_relu; use the large-batch rate");
}

}  // namespace

double batch_norm_gradient_rate(const ScalarFunction& phi) { return slope_second(phi) / variance(phi); }

// Let h in R^B be a unit's pre-activations over the batch, G = I - 11ᵀ/B, r² = |Gh|²/B, x = Gh/r and
// u = x/√B. At the fixed point the covariance of h restricted to mean zero is k I, so u is uniform on
// the unit sphere of B-1 dimensions, independent of r, with k = E φ(x_1)² - E φ(x_1)φ(x_2) and
// E 1/r² = B/(k(B-3)). The normalization's derivative is (G - uuᵀ)/r; a gradient of covariance p G
// above the layer therefore has the trace
//   p E[tr((G - uuᵀ) D G D)] B/(k(B-3)),  D = diag φ'(x),
// below it, against p(B-1). tr(G D G D) = (1 - 2/B) Σd² + (Σd)²/B², uᵀ D G D u = Σd²u² - (Σdu)²/B.
// For φ with slopes s- and s+ every mean is that of a pair of Gaussians correlated by -1/(B-1),
// because the integrands do not depend on the radius, or on its square only.
double batch_norm_gradient_rate(const ScalarFunction& phi, long batch) {
  const Slopes s = slopes_of(phi);
  if (batch < 4) throw Error(ErrorCode::bad_value, "batch", "the mean rate is finite from a batch of 4 on");
  const double b = static_cast<double>(batch), c = -1 / (b - 1);
  const double square = (s.left * s.left + s.right * s.right) / 2;  // E d² = E d²x² = E φ²
  const double product = product_moment(phi, c);                    // E φ(x_1)φ(x_2) = E d_1x_1 d_2x_2
  const double slopes = slope_product_moment(phi, c);               // E d_1d_2
  const double k = square - product;
  const double sum_d = (b * square + b * (b - 1) * slopes) / (b * b);       // E (Σd)²/B²
  const double sum_du = (square + (b - 1) * product) / b;                   // E (Σdu)²/B = (Σdx)²/B²
  const double trace = (1 - 2 / b) * b * square + sum_d - square + sum_du;  // Σd²u² has mean E d²x²
  return trace * b / (k * (b - 3) * (b - 1));
}

double batch_norm_trainable_depth(double rate) noexcept { return 16 / std::log(rate); }

}  // namespace fanin::theory
