#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

struct Logistic {
  double s = 0, s1 = 0, s2 = 0;  // the logistic function and its derivatives
};
Logistic logistic(double z) {
  const double e = std::exp(-std::fabs(z));
  const double s1 = e / ((1 + e) * (1 + e));
  return {z >= 0 ? 1 / (1 + e) : e / (1 + e), s1, -s1 * std::tanh(z / 2)};
}

double value(double z, double) { return z * logistic(z).s; }
double derivative(double z, double) {
  const Logistic l = logistic(z);
  return l.s + z * l.s1;
}
double second_derivative(double z, double) {
  const Logistic l = logistic(z);
  return 2 * l.s1 + z * l.s2;
}
constexpr std::string_view kAliases[] = {"swish"};

}  // namespace

const ActivationFunction kSilu{.name = "silu",
                               .formula = "z/(1 + exp(-z))",
                               .source = "Elfwing et al. 2017, arXiv:1702.03118; Ramachandran et al. 2017 (swish)",
                               .parameter_name = "",
                               .default_parameter = 0,
                               .value = value,
                               .derivative = derivative,
                               .second_derivative = second_derivative,
                               .kinks = {},
                               .aliases = kAliases};

}  // namespace fanin::net
