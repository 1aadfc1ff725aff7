// gru: reset r and update z of Gaussian pre-activations, candidate n = tanh(a + r·b) with a + r·b taken as
// Gaussian, and all factors of a product as independent, though the draw of a bias is the same at every step:
// not exact.
#include "fanin/net/ops/gru.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/recurrent.hpp"

namespace fanin::theory {
namespace {

struct Step {
  Signal u;          // pre-activation of reset and update
  Signal gate;       // σ(u)
  Signal b;          // W_hn h + b_hn
  Signal v;          // a + r·b
  Signal candidate;  // tanh(v)
  Signal h;
};

Recurrence recurrence_of_gru(const RuleInput& in) {
  return recurrence_of(in, static_cast<const net::Gru&>(*in.node.op).options(), 3);
}

// 1 - z.
Signal complement(const Signal& z) {
  Signal y = z;
  y.mean = 1 - z.mean;
  y.second_moment = 1 - 2 * z.mean + z.second_moment;
  y.cross_moment = 1 - 2 * z.mean + z.cross_moment;
  return y;
}

// (1 - z)·n + z·h: the two weights are one draw.
Signal blend(const Signal& z, const Signal& n, const Signal& h) {
  const Signal rest = complement(z);
  Signal y = independent_sum(product(rest, n), product(z, h));
  // E z (1 - z) instead of E z E (1 - z), for one input and for two.
  y.second_moment += 2 * n.mean * h.mean * ((z.mean - z.second_moment) - z.mean * rest.mean);
  y.cross_moment += 2 * n.mean * h.mean * ((z.mean - z.cross_moment) - z.mean * rest.mean);
  y.exact = false;
  return y;
}

Steps<Step> steps_of(const Recurrence& r) {
  const Signal input = r.from_input();
  return Steps<Step>(r.time, Step{{}, {}, {}, {}, {}, zero_state(r.x)}, [&](const Step& last) {
    Step next;
    next.b = shifted(r.from_state(last.h), r.bias_hh);
    next.u = independent_sum(input, next.b);
    next.gate = activated(sigmoid_function(), next.u);
    next.v = independent_sum(input, product(next.gate, next.b));
    next.candidate = activated(tanh_function(), next.v);
    next.h = blend(next.gate, next.candidate, last.h);
    return next;
  });
}

Signal forward(const RuleInput& in) {
  const Recurrence r = recurrence_of_gru(in);
  return output_of(r, steps_of(r));
}

struct Slopes {
  const Step* of = nullptr;
  double gate = 0;
  double candidate = 0;

  void update(const Step& step) {
    if (of == &step) return;
    of = &step;
    gate = slope_square(sigmoid_function(), step.u);
    candidate = slope_square(tanh_function(), step.v);
  }
};

BackwardSums sums_of(const Recurrence& r, double gradient) {
  const Steps<Step> steps = steps_of(r);
  const Signal start = zero_state(r.x);
  BackwardSums sums;
  Slopes slopes;
  double at_h = 0;
  for (std::int64_t t = r.time; t-- > 0;) {
    const Step& s = steps.at(t);
    slopes.update(s);
    const Signal& before = t > 0 ? steps.at(t - 1).h : start;
    at_h += r.arriving(t, gradient);
    const double difference = before.second_moment - 2 * before.mean * s.candidate.mean + s.candidate.second_moment;
    const double at_update = at_h * difference * slopes.gate;
    const double at_candidate = at_h * complement(s.gate).second_moment * slopes.candidate;
    const double at_reset = at_candidate * s.b.second_moment * slopes.gate;
    const double at_b = at_candidate * s.gate.second_moment;
    sums.to_input += at_update + at_reset + at_candidate;
    sums.to_state += at_update + at_reset + at_b;
    sums.with_state += (at_update + at_reset + at_b) * before.second_moment;
    at_h = at_h * s.gate.second_moment + r.units * square_of(r.weight_hh) * (at_update + at_reset + at_b);
  }
  return sums;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const Recurrence r = recurrence_of_gru(in);
  recurrent_backward(r, sums_of(r, gradient), to_inputs);
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const Recurrence r = recurrence_of_gru(in);
  recurrent_parameter_gradients(r, sums_of(r, gradient), out);
}

}  // namespace

const OpRule kGruRule{
    .kind = "gru", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
