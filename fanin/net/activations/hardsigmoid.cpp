#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return z <= -3 ? 0 : z >= 3 ? 1 : z / 6 + 0.5; }
double derivative(double z, double) { return z <= -3 || z >= 3 ? 0 : 1.0 / 6; }
double second_derivative(double, double) { return 0; }
constexpr double kKinks[] = {-3, 3};

}  // namespace

const ActivationFunction kHardsigmoid{.name = "hardsigmoid",
                                      .formula = "min(max(z/6 + 1/2, 0), 1)",
                                      .source = "Courbariaux, Bengio & David 2015; slope 1/6 as in PyTorch",
                                      .parameter_name = "",
                                      .default_parameter = 0,
                                      .value = value,
                                      .derivative = derivative,
                                      .second_derivative = second_derivative,
                                      .kinks = kKinks,
                                      .aliases = {}};

}  // namespace fanin::net
