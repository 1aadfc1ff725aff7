#include <cmath>
#include <numbers>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

// (1 + tanh u)/2 is the logistic function of 2u, which keeps the left tail's digits. With
// w(z) = 2u(z) and s the logistic function: φ = z s(w).
constexpr double kSlope = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
constexpr double kCubic = 0.044715;
constexpr double kFlat = 100;  // beyond it s'(w) is below the smallest double, and z³ may overflow

double logistic(double w) {
  const double e = std::exp(-std::fabs(w));
  return w >= 0 ? 1 / (1 + e) : e / (1 + e);
}
double argument(double z) { return kSlope * z * (1 + kCubic * z * z); }

double value(double z, double) { return z * logistic(argument(z)); }
double derivative(double z, double) {
  if (std::fabs(z) > kFlat) return z > 0 ? 1 : 0;
  const double s = logistic(argument(z));
  const double slope = kSlope * (1 + 3 * kCubic * z * z);
  return s + z * s * (1 - s) * slope;
}
double second_derivative(double z, double) {
  if (std::fabs(z) > kFlat) return 0;
  const double s = logistic(argument(z));
  const double s1 = s * (1 - s);
  const double s2 = s1 * (1 - 2 * s);
  const double slope = kSlope * (1 + 3 * kCubic * z * z);
  const double bend = kSlope * 6 * kCubic * z;
  return 2 * s1 * slope + z * (s2 * slope * slope + s1 * bend);
}

}  // namespace

const ActivationFunction kGeluTanh{.name = "gelu_tanh",
                                   .formula = "z/2*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))",
                                   .source = "Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2",
                                   .parameter_name = "",
                                   .default_parameter = 0,
                                   .value = value,
                                   .derivative = derivative,
                                   .second_derivative = second_derivative,
                                   .kinks = {},
                                   .aliases = {}};

}  // namespace fanin::net
