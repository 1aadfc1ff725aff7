#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return z / (1 + std::fabs(z)); }
double derivative(double z, double) {
  const double r = 1 / (1 + std::fabs(z));
  return r * r;
}
double second_derivative(double z, double) {
  const double r = 1 / (1 + std::fabs(z));
  if (z == 0) return 0;  // jumps from 2 to -2
  return z > 0 ? -2 * r * r * r : 2 * r * r * r;
}
constexpr double kKinks[] = {0};

}  // namespace

const ActivationFunction kSoftsign{.name = "softsign",
                                   .formula = "z/(1 + |z|)",
                                   .source = "Bergstra et al. 2009; Glorot & Bengio 2010",
                                   .parameter_name = "",
                                   .default_parameter = 0,
                                   .value = value,
                                   .derivative = derivative,
                                   .second_derivative = second_derivative,
                                   .kinks = kKinks,
                                   .aliases = {}};

}  // namespace fanin::net
