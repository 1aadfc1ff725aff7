#include <cmath>
#include <numbers>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double normal_density(double z) { return std::exp(-z * z / 2) * std::numbers::inv_sqrtpi * (std::numbers::sqrt2 / 2); }
double normal_cdf(double z) { return std::erfc(-z * (std::numbers::sqrt2 / 2)) / 2; }

double value(double z, double) { return z * normal_cdf(z); }
double derivative(double z, double) { return normal_cdf(z) + z * normal_density(z); }
double second_derivative(double z, double) {
  if (std::fabs(z) > 40) return 0;  // below the smallest double; z² may overflow further out
  return (2 - z * z) * normal_density(z);
}

}  // namespace

const ActivationFunction kGelu{.name = "gelu",
                               .formula = "z*Phi(z), Phi the normal distribution function (exact, by erf)",
                               .source = "Hendrycks & Gimpel 2016, arXiv:1606.08415",
                               .parameter_name = "",
                               .default_parameter = 0,
                               .value = value,
                               .derivative = derivative,
                               .second_derivative = second_derivative,
                               .kinks = {},
                               .aliases = {}};

}  // namespace fanin::net
