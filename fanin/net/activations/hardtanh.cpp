#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return z <= -1 ? -1 : z >= 1 ? 1 : z; }
double derivative(double z, double) { return z <= -1 || z >= 1 ? 0 : 1; }
double second_derivative(double, double) { return 0; }
constexpr double kKinks[] = {-1, 1};

}  // namespace

const ActivationFunction kHardtanh{.name = "hardtanh",
                                   .formula = "min(max(z, -1), 1)",
                                   .source = "Collobert 2004",
                                   .parameter_name = "",
                                   .default_parameter = 0,
                                   .value = value,
                                   .derivative = derivative,
                                   .second_derivative = second_derivative,
                                   .kinks = kKinks,
                                   .aliases = {}};

}  // namespace fanin::net
