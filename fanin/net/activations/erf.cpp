#include <cmath>
#include <numbers>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return std::erf(z); }
double derivative(double z, double) { return 2 * std::numbers::inv_sqrtpi * std::exp(-z * z); }
double second_derivative(double z, double a) { return -2 * z * derivative(z, a); }

}  // namespace

const ActivationFunction kErf{.name = "erf",
                              .formula = "erf(z)",
                              .source = "Williams 1998",
                              .parameter_name = "",
                              .default_parameter = 0,
                              .value = value,
                              .derivative = derivative,
                              .second_derivative = second_derivative,
                              .kinks = {},
                              .aliases = {}};

}  // namespace fanin::net
