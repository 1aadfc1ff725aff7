#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return std::tanh(z); }
// sech² from e = exp(-2|z|), because 1 - tanh² loses every digit in the tails.
double derivative(double z, double) {
  const double e = std::exp(-2 * std::fabs(z));
  return 4 * e / ((1 + e) * (1 + e));
}
double second_derivative(double z, double a) { return -2 * std::tanh(z) * derivative(z, a); }

}  // namespace

const ActivationFunction kTanh{.name = "tanh",
                               .formula = "tanh(z)",
                               .source = "LeCun et al. 1998",
                               .parameter_name = "",
                               .default_parameter = 0,
                               .value = value,
                               .derivative = derivative,
                               .second_derivative = second_derivative,
                               .kinks = {},
                               .aliases = {}};

}  // namespace fanin::net
