// conv_transpose: the windows stand on the output, one for each input position; an output sums over
// (channels in)/groups times the windows that reach it, in the mean over positions. Exact only where the
// windows tile the output, so that all positions have one law.
#include "fanin/net/ops/conv_transpose.hpp"

#include "fanin/theory/ops/affine.hpp"
#include "fanin/theory/ops/all.hpp"
#include "fanin/theory/ops/spatial.hpp"

namespace fanin::theory {
namespace {

const net::ConvTransposeOptions& options_of(const RuleInput& in) {
  return static_cast<const net::ConvTranspose&>(*in.node.op).options();
}

TapCount taps_of(const RuleInput& in) { return count_taps(options_of(in).window, in.input_shapes[0], in.node.shape); }

double positions_of(const Shape& shape) { return static_cast<double>(shape.count() / shape[0]); }

bool tiles(const RuleInput& in) {
  const net::Window& window = options_of(in).window;
  const TapCount taps = taps_of(in);
  return window.stride == window.kernel && taps.no_padding() && taps.inside == positions_of(in.node.shape);
}

Signal forward(const RuleInput& in) {
  const auto sources = static_cast<double>(in.input_shapes[0][0] / options_of(in).groups);
  const double terms = sources * taps_of(in).inside / positions_of(in.node.shape);
  Signal y = weighted_sum(in.inputs[0], in.parameters[0], terms);
  if (options_of(in).bias) y = shifted(y, in.parameters[1]);
  y.exact = y.exact && tiles(in);
  return y;
}

void backward(const RuleInput& in, double gradient, std::span<double> to_inputs) {
  const auto readers = static_cast<double>(options_of(in).channels / options_of(in).groups);
  to_inputs[0] += readers * taps_of(in).mean() * square_of(in.parameters[0]) * gradient;
}

void parameter_gradients(const RuleInput& in, double gradient, std::span<double> out) {
  const TapCount taps = taps_of(in);
  out[0] = taps.inside / taps.taps * gradient * in.inputs[0].second_moment;
  if (out.size() > 1) out[1] = positions_of(in.node.shape) * gradient;
}

}  // namespace

const OpRule kConvTransposeRule{
    .kind = "conv_transpose", .forward = forward, .backward = backward, .parameter_gradients = parameter_gradients};

}  // namespace fanin::theory
