#include "fanin/theory/function.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

/// Sixth-order central difference. The stencil shrinks near a kink so that it stays on one side:
/// there the rounding error grows, but over an interval as short as the step.
double difference(const std::function<double(double)>& f, const std::vector<double>& kinks, double z) {
  double h = 4e-3 * std::max(1.0, std::fabs(z));
  for (const double kink : kinks) {
    const double distance = std::fabs(z - kink);
    if (distance > 0) h = std::min(h, distance / 4);
  }
  h = std::max(h, 1e-9);
  const double d1 = f(z + h) - f(z - h);
  const double d2 = f(z + 2 * h) - f(z - 2 * h);
  const double d3 = f(z + 3 * h) - f(z - 3 * h);
  return (45 * d1 - 9 * d2 + d3) / (60 * h);
}

}  // namespace

ScalarFunction::ScalarFunction(const net::Activation& activation)
    : name_(net::to_string(activation)),
      value_([activation](double z) { return activation.value(z); }),
      derivative_([activation](double z) { return activation.derivative(z); }),
      kinks_(activation.function().kinks.begin(), activation.function().kinks.end()),
      activation_(activation) {}

ScalarFunction::ScalarFunction(std::function<double(double)> value, ScalarFunctionOptions options)
    : name_(std::move(options.name)),
      value_(std::move(value)),
      derivative_(std::move(options.derivative)),
      kinks_(std::move(options.kinks)) {
  if (!value_) throw Error(ErrorCode::bad_value, name_, "the function is empty: give a callable");
  for (const double kink : kinks_) {
    if (!std::isfinite(kink)) throw Error(ErrorCode::bad_value, name_, "a kink must be a finite number");
  }
  if (!derivative_) {
    derivative_ = [f = value_, k = kinks_](double z) { return difference(f, k, z); };
  }
}

}  // namespace fanin::theory
