#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double a) { return z > 0 ? z : a * z; }
double derivative(double z, double a) { return z > 0 ? 1 : a; }
double second_derivative(double, double) { return 0; }
constexpr double kKinks[] = {0};

}  // namespace

const ActivationFunction kLeakyRelu{.name = "leaky_relu",
                                    .formula = "z if z > 0 else a*z",
                                    .source = "Maas, Hannun & Ng 2013",
                                    .parameter_name = "negative_slope",
                                    .default_parameter = 0.01,
                                    .value = value,
                                    .derivative = derivative,
                                    .second_derivative = second_derivative,
                                    .kinks = kKinks,
                                    .aliases = {}};

}  // namespace fanin::net
