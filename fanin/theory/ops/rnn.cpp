// rnn: h_t = φ(W_ih x_t + W_hh h_{t-1} + b): a deep network whose layers share their weights and get an
// input each. Source: Chen, Pennington & Schoenholz 2018, arXiv:1806.05394.
#include "fanin/net/ops/rnn.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/recurrent.hpp"

namespace fanin::theory {
namespace {

struct Step {
  Signal u;  // pre-activation
  Signal h;
};

const net::Rnn& op_of(const RuleInput& in) { return static_cast<const net::Rnn&>(*in.node.op); }

Recurrence recurrence_of_rnn(const RuleInput& in) { return recurrence_of(in, op_of(in).options(), 1); }

Steps<Step> steps_of(const RuleInput& in, const Recurrence& r) {
  const ScalarFunction phi = op_of(in).function();
  const Signal input = r.from_input();
  return Steps<Step>(r.time, Step{{}, zero_state(r.x)}, [&](const Step& last) {
    Step next;
    next.u = independent_sum(input, r.from_state(last.h));
    next.h = activated(phi, next.u);
    return next;
  });
}

Signal forward(const RuleInput& in) {
  const Recurrence r = recurrence_of_rnn(in);
  return output_of(r, steps_of(in, r));
}

BackwardSums sums_of(const RuleInput& in, const Recurrence& r, double gradient) {
  const Steps<Step> steps = steps_of(in, r);
  const ScalarFunction phi = op_of(in).function();
  BackwardSums sums;
  double from_later = 0;
  const Step* known = nullptr;
  double slope = 0;
  for (std::int64_t t = r.time; t-- > 0;) {
    if (known != &steps.at(t)) {
      known = &steps.at(t);
      slope = slope_square(phi, known->u);
    }
    const double at_u = slope * (r.arriving(t, gradient) + from_later);
    sums.to_input += at_u;
    sums.to_state += at_u;
    if (t > 0) sums.with_state += at_u * steps.at(t - 1).h.second_moment;
    from_later = r.units * square_of(r.weight_hh) * at_u;
  }
  return sums;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const Recurrence r = recurrence_of_rnn(in);
  recurrent_backward(r, sums_of(in, r, gradient), to_inputs);
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const Recurrence r = recurrence_of_rnn(in);
  recurrent_parameter_gradients(r, sums_of(in, r, gradient), out);
}

}  // namespace

const OpRule kRnnRule{
    .kind = "rnn", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
