#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

// t = tanh(softplus(z)) and its derivatives as ratios in e = exp(-|z|), so that nothing overflows and no digits
// cancel: with n = exp(z), t = (n² + 2n)/(n² + 2n + 2).
struct Gate {
  double t = 0, t1 = 0, t2 = 0;
};
Gate gate(double z) {
  const double e = std::exp(-std::fabs(z));
  if (z > 0) {
    const double d = 1 + 2 * e + 2 * e * e;
    const double t1 = 4 * e * e * (1 + e) / (d * d);
    return {(1 + 2 * e) / d, t1, t1 * (1 + 1 / (1 + e) - 4 * (1 + e) / d)};
  }
  const double d = e * e + 2 * e + 2;
  const double t1 = 4 * e * (1 + e) / (d * d);
  return {e * (e + 2) / d, t1, t1 * (1 + e / (1 + e) - 4 * e * (1 + e) / d)};
}

double value(double z, double) { return z * gate(z).t; }
double derivative(double z, double) {
  const Gate g = gate(z);
  return g.t + z * g.t1;
}
double second_derivative(double z, double) {
  const Gate g = gate(z);
  return 2 * g.t1 + z * g.t2;
}

}  // namespace

const ActivationFunction kMish{.name = "mish",
                               .formula = "z*tanh(log(1 + exp(z)))",
                               .source = "Misra 2019, arXiv:1908.08681",
                               .parameter_name = "",
                               .default_parameter = 0,
                               .value = value,
                               .derivative = derivative,
                               .second_derivative = second_derivative,
                               .kinks = {},
                               .aliases = {}};

}  // namespace fanin::net
