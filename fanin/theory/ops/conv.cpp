// conv: each output sums over (channels in)/groups times the taps of its window that do not fall on the
// padding; moments are means over positions. Exact only without padding, where all positions have one law.
// Source: Xiao et al. 2018, arXiv:1806.05393.
#include "fanin/net/ops/conv.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/spatial.hpp"

namespace fanin::theory {
namespace {

const net::ConvOptions& options_of(const RuleInput& in) { return static_cast<const net::Conv&>(*in.node.op).options(); }

TapCount taps_of(const RuleInput& in) { return count_taps(options_of(in).window, in.node.shape, in.input_shapes[0]); }

Signal forward(const RuleInput& in) {
  const TapCount taps = taps_of(in);
  const auto sources = static_cast<double>(in.input_shapes[0][0] / options_of(in).groups);
  Signal y = weighted_sum(in.inputs[0], in.parameters[0], sources * taps.mean());
  if (options_of(in).bias) y = shifted(y, in.parameters[1]);
  y.exact = y.exact && taps.no_padding();
  return y;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const auto readers = static_cast<double>(options_of(in).channels / options_of(in).groups);
  const auto positions = static_cast<double>(in.input_shapes[0].count() / in.input_shapes[0][0]);
  to_inputs[0] += readers * taps_of(in).inside / positions * square_of(in.parameters[0]) * gradient;
}

/// A weight is used wherever its tap falls on a real position; the uses add up as uncorrelated.
void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const TapCount taps = taps_of(in);
  out[0] = taps.inside / taps.taps * gradient * in.inputs[0].second_moment;
  if (out.size() > 1) out[1] = taps.places * gradient;
}

}  // namespace

const OpRule kConvRule{
    .kind = "conv", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
