#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

double value(double z, double) { return z; }
double derivative(double, double) { return 1; }
double second_derivative(double, double) { return 0; }
constexpr std::string_view kAliases[] = {"identity"};

}  // namespace

const ActivationFunction kLinear{.name = "linear",
                                 .formula = "z",
                                 .source = "the identity map",
                                 .parameter_name = "",
                                 .default_parameter = 0,
                                 .value = value,
                                 .derivative = derivative,
                                 .second_derivative = second_derivative,
                                 .kinks = {},
                                 .aliases = kAliases};

}  // namespace fanin::net
