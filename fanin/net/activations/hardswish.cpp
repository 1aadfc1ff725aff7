#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return z <= -3 ? 0 : z >= 3 ? z : z * (z + 3) / 6; }
// At the kinks the slope of the middle piece, -1/2 and 3/2, as PyTorch 1.13 has it.
double derivative(double z, double) { return z < -3 ? 0 : z >= 3 ? 1 : z / 3 + 0.5; }
double second_derivative(double z, double) { return z <= -3 || z >= 3 ? 0 : 1.0 / 3; }
constexpr double kKinks[] = {-3, 3};

}  // namespace

const ActivationFunction kHardswish{.name = "hardswish",
                                    .formula = "z*min(max(z + 3, 0), 6)/6",
                                    .source = "Howard et al. 2019, arXiv:1905.02244",
                                    .parameter_name = "",
                                    .default_parameter = 0,
                                    .value = value,
                                    .derivative = derivative,
                                    .second_derivative = second_derivative,
                                    .kinks = kKinks,
                                    .aliases = {}};

}  // namespace fanin::net
