#include <cmath>

#include "fanin/net/activations/all.hpp"

namespace fanin::net {
namespace {

// The fixed point (mean 0, variance 1) of Klambauer et al., eq. 14, to double precision.
constexpr double kScale = 1.0507009873554804934193349852946;
constexpr double kScaleAlpha = kScale * 1.6732632423543772848170429916717;

double value(double z, double) { return z > 0 ? kScale * z : kScaleAlpha * std::expm1(z); }
double derivative(double z, double) { return z > 0 ? kScale : kScaleAlpha * std::exp(z); }
double second_derivative(double z, double) { return z > 0 ? 0 : kScaleAlpha * std::exp(z); }
constexpr double kKinks[] = {0};

}  // namespace

const ActivationFunction kSelu{.name = "selu",
                               .formula = "s*z if z > 0 else s*a*(exp(z) - 1), s = 1.0507, a = 1.6733",
                               .source = "Klambauer et al. 2017, arXiv:1706.02515",
                               .parameter_name = "",
                               .default_parameter = 0,
                               .value = value,
                               .derivative = derivative,
                               .second_derivative = second_derivative,
                               .kinks = kKinks,
                               .aliases = {}};

}  // namespace fanin::net
