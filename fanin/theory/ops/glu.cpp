// glu: y = a·φ(b) of the two halves a and b of the last axis, taken as independent and b as Gaussian. The
// gradient per input element is the mean over both halves.
#include "fanin/net/ops/glu.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/theory/moments.hpp"
#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/recurrent.hpp"

namespace fanin::theory {
namespace {

ScalarFunction gate_of(const RuleInput& in) { return static_cast<const net::Glu&>(*in.node.op).gate(); }

Signal forward(const RuleInput& in) {
  const Signal& a = in.inputs[0];
  const Signal gate = activated(gate_of(in), a);
  Signal y;
  y.mean = a.mean * gate.mean;
  y.second_moment = a.second_moment * gate.second_moment;
  y.cross_moment = a.cross_moment * gate.cross_moment;
  y.gaussian = false;
  y.exact = a.exact && a.gaussian;
  return y;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const Signal& x = in.inputs[0];
  const double to_a = activated(gate_of(in), x).second_moment;
  const double to_b = x.second_moment * slope_square(gate_of(in), x);
  to_inputs[0] += (to_a + to_b) / 2 * gradient;
}

}  // namespace

const OpRule kGluRule{.kind = "glu", .forward = forward, .backward = backward, .parameter_gradients = nullptr};

}  // namespace fanin::theory
