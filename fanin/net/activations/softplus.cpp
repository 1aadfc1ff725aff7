#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return (z > 0 ? z : 0) + std::log1p(std::exp(-std::fabs(z))); }
double derivative(double z, double) {
  const double e = std::exp(-std::fabs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}
double second_derivative(double z, double) {
  const double e = std::exp(-std::fabs(z));
  return e / ((1 + e) * (1 + e));
}

}  // namespace

const ActivationFunction kSoftplus{.name = "softplus",
                                   .formula = "log(1 + exp(z))",
                                   .source = "Dugas et al. 2001",
                                   .parameter_name = "",
                                   .default_parameter = 0,
                                   .value = value,
                                   .derivative = derivative,
                                   .second_derivative = second_derivative,
                                   .kinks = {},
                                   .aliases = {}};

}  // namespace fanin::net
