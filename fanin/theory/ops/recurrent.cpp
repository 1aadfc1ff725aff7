#include "fanin/theory/ops/recurrent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fanin/theory/correlation.hpp"
#include "fanin/theory/moments.hpp"
#include "fanin/theory/ops/affine.hpp"

namespace fanin::theory {
namespace {

bool is_finite(const Signal& u) { return std::isfinite(u.variance()) && std::isfinite(u.mean); }

Gaussian gaussian_of(const Signal& u) { return {.q = std::max(u.variance(), 0.0), .mean = u.mean}; }

}  // namespace

Signal activated(const ScalarFunction& phi, const Signal& u) {
  if (!is_finite(u)) return unknown_signal();
  const Gaussian law = gaussian_of(u);
  Signal y;
  y.mean = mean(phi, law);
  y.second_moment = second_moment(phi, law);
  y.cross_moment = u.cross_moment;
  if (!std::isnan(u.cross_moment)) {
    const double c = law.q > 0 ? std::clamp(u.correlation(), -1.0, 1.0) : 1;
    y.cross_moment = y.second_moment - product_deficit(phi, 1 - c, law);
  }
  y.gaussian = false;
  y.exact = u.exact && u.gaussian;
  return y;
}

double slope_square(const ScalarFunction& phi, const Signal& u) {
  return is_finite(u) ? slope_second(phi, gaussian_of(u)) : std::numeric_limits<double>::quiet_NaN();
}

Signal product(const Signal& a, const Signal& b) {
  return {.mean = a.mean * b.mean,
          .second_moment = a.second_moment * b.second_moment,
          .cross_moment = a.cross_moment * b.cross_moment,
          .gaussian = false,
          .exact = a.exact && b.exact};
}

const ScalarFunction& sigmoid_function() {
  static const ScalarFunction kSigmoid(net::parse_activation("sigmoid"));
  return kSigmoid;
}

const ScalarFunction& tanh_function() {
  static const ScalarFunction kTanh(net::parse_activation("tanh"));
  return kTanh;
}

Signal Recurrence::from_input() const { return shifted(weighted_sum(x, weight_ih, in), bias); }

Signal Recurrence::from_state(const Signal& h) const { return weighted_sum(h, weight_hh, units); }

Recurrence recurrence_of(const RuleInput& in, const net::RecurrentOptions& options, double gates) {
  const Shape& sequence = in.input_shapes[0];
  Recurrence r;
  r.in = static_cast<double>(sequence[1]);
  r.units = static_cast<double>(options.units);
  r.time = std::min(sequence[0], kMostSteps);
  r.steps = static_cast<double>(sequence[0]);
  r.last_only = options.last_only;
  r.gates = gates;
  r.x = in.inputs[0];
  r.weight_ih = in.parameters[0];
  r.weight_hh = in.parameters[1];
  if (in.parameters.size() > 2) r.bias = in.parameters[2];
  if (in.parameters.size() > 3) r.bias_hh = in.parameters[3];
  return r;
}

Signal zero_state(const Signal& x) {
  const double cross = std::isnan(x.cross_moment) ? x.cross_moment : 0;
  return {.mean = 0, .second_moment = 0, .cross_moment = cross, .gaussian = true, .exact = true};
}

namespace {

// What a sum over the steps that were followed is to be multiplied by. Where only the last state has a
// gradient, the steps that were not followed are the first ones, which hardly get any of it.
double missing_steps(const Recurrence& recurrence) {
  return recurrence.last_only ? 1 : recurrence.steps / static_cast<double>(recurrence.time);
}

}  // namespace

void recurrent_backward(const Recurrence& recurrence, const BackwardSums& sums, std::span<double> to_inputs) {
  const double sum = sums.to_input * missing_steps(recurrence);
  to_inputs[0] += recurrence.units * square_of(recurrence.weight_ih) * sum / recurrence.steps;
}

void recurrent_parameter_gradients(const Recurrence& recurrence, const BackwardSums& sums, std::span<double> out) {
  const double share = missing_steps(recurrence) / recurrence.gates;
  out[0] = share * sums.to_input * recurrence.x.second_moment;
  out[1] = share * sums.with_state;
  if (out.size() > 2) out[2] = share * sums.to_input;
  if (out.size() > 3) out[3] = share * sums.to_state;
}

}  // namespace fanin::theory
