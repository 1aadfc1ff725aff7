#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double a) { return z > 0 ? z : a * std::expm1(z); }
double derivative(double z, double a) { return z > 0 ? 1 : a * std::exp(z); }
double second_derivative(double z, double a) { return z > 0 ? 0 : a * std::exp(z); }
constexpr double kKinks[] = {0};

}  // namespace

const ActivationFunction kElu{.name = "elu",
                              .formula = "z if z > 0 else a*(exp(z) - 1)",
                              .source = "Clevert, Unterthiner & Hochreiter 2016, arXiv:1511.07289",
                              .parameter_name = "alpha",
                              .default_parameter = 1,
                              .value = value,
                              .derivative = derivative,
                              .second_derivative = second_derivative,
                              .kinks = kKinks,
                              .aliases = {}};

}  // namespace fanin::net
