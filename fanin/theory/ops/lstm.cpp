// lstm: gates i, f, o and candidate g of Gaussian pre-activations of one law, the cell taken as Gaussian
// where tanh is applied to it, and all factors of a product as independent, though the draw of a bias is the
// same at every step: not exact.
#include "fanin/net/ops/lstm.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/recurrent.hpp"

namespace fanin::theory {
namespace {

struct Step {
  Signal u;          // pre-activation of every gate
  Signal gate;       // σ(u)
  Signal candidate;  // tanh(u)
  Signal c;
  Signal shown;  // tanh(c)
  Signal h;
};

Recurrence recurrence_of_lstm(const RuleInput& in) {
  return recurrence_of(in, static_cast<const net::Lstm&>(*in.node.op).options(), 4);
}

Steps<Step> steps_of(const Recurrence& r) {
  const Signal input = r.from_input();
  Step first;
  first.c = first.h = zero_state(r.x);
  return Steps<Step>(r.time, first, [&](const Step& last) {
    Step next;
    next.u = independent_sum(input, r.from_state(last.h));
    next.gate = activated(sigmoid_function(), next.u);
    next.candidate = activated(tanh_function(), next.u);
    next.c = independent_sum(product(next.gate, last.c), product(next.gate, next.candidate));
    next.shown = activated(tanh_function(), next.c);
    next.h = product(next.gate, next.shown);
    next.h.exact = false;
    return next;
  });
}

Signal forward(const RuleInput& in) {
  const Recurrence r = recurrence_of_lstm(in);
  return output_of(r, steps_of(r));
}

// Slopes of a step, computed once for equal steps.
struct Slopes {
  const Step* of = nullptr;
  double gate = 0;
  double candidate = 0;
  double shown = 0;

  void update(const Step& step) {
    if (of == &step) return;
    of = &step;
    gate = slope_square(sigmoid_function(), step.u);
    candidate = slope_square(tanh_function(), step.u);
    shown = slope_square(tanh_function(), step.c);
  }
};

BackwardSums sums_of(const Recurrence& r, double gradient) {
  const Steps<Step> steps = steps_of(r);
  BackwardSums sums;
  Slopes slopes;
  double at_h = 0;  // from the later step
  double at_c = 0;
  for (std::int64_t t = r.time; t-- > 0;) {
    const Step& s = steps.at(t);
    slopes.update(s);
    at_h += r.arriving(t, gradient);
    at_c += at_h * s.gate.second_moment * slopes.shown;
    const double c_before = t > 0 ? steps.at(t - 1).c.second_moment : 0;
    const double h_before = t > 0 ? steps.at(t - 1).h.second_moment : 0;
    const double at_gates = at_h * s.shown.second_moment * slopes.gate +      // output
                            at_c * c_before * slopes.gate +                   // forget
                            at_c * s.candidate.second_moment * slopes.gate +  // input
                            at_c * s.gate.second_moment * slopes.candidate;   // candidate
    sums.to_input += at_gates;
    sums.to_state += at_gates;
    sums.with_state += at_gates * h_before;
    at_h = r.units * square_of(r.weight_hh) * at_gates;
    at_c *= s.gate.second_moment;
  }
  return sums;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const Recurrence r = recurrence_of_lstm(in);
  recurrent_backward(r, sums_of(r, gradient), to_inputs);
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const Recurrence r = recurrence_of_lstm(in);
  recurrent_parameter_gradients(r, sums_of(r, gradient), out);
}

}  // namespace

const OpRule kLstmRule{
    .kind = "lstm", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
