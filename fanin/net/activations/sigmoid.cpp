#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

// Both branches take the exponential of a non-positive number: no overflow, full relative precision in the tails.
double value(double z, double) {
  const double e = std::exp(-std::fabs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}
double derivative(double z, double) {
  const double e = std::exp(-std::fabs(z));
  return e / ((1 + e) * (1 + e));
}
double second_derivative(double z, double a) { return -derivative(z, a) * std::tanh(z / 2); }
constexpr std::string_view kAliases[] = {"logistic"};

}  // namespace

const ActivationFunction kSigmoid{.name = "sigmoid",
                                  .formula = "1/(1 + exp(-z))",
                                  .source = "Verhulst 1838; Rumelhart, Hinton & Williams 1986",
                                  .parameter_name = "",
                                  .default_parameter = 0,
                                  .value = value,
                                  .derivative = derivative,
                                  .second_derivative = second_derivative,
                                  .kinks = {},
                                  .aliases = kAliases};

}  // namespace fanin::net
