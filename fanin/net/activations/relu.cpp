#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return z > 0 ? z : 0; }
double derivative(double z, double) { return z > 0 ? 1 : 0; }
double second_derivative(double, double) { return 0; }
constexpr double kKinks[] = {0};

}  // namespace

const ActivationFunction kRelu{.name = "relu",
                               .formula = "max(0, z)",
                               .source = "Nair & Hinton 2010",
                               .parameter_name = "",
                               .default_parameter = 0,
                               .value = value,
                               .derivative = derivative,
                               .second_derivative = second_derivative,
                               .kinks = kKinks};

}  // namespace fanin::net
