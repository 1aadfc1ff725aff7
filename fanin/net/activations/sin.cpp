#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return std::sin(z); }
double derivative(double z, double) { return std::cos(z); }
double second_derivative(double z, double) { return -std::sin(z); }

}  // namespace

const ActivationFunction kSin{.name = "sin",
                              .formula = "sin(z)",
                              .source = "Sitzmann et al. 2020, arXiv:2006.09661",
                              .parameter_name = "",
                              .default_parameter = 0,
                              .value = value,
                              .derivative = derivative,
                              .second_derivative = second_derivative,
                              .kinks = {},
                              .aliases = {}};

}  // namespace fanin::net
