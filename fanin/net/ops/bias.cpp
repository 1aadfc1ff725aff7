#include "fanin/net/ops/bias.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

Shape Bias::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0) throw Error(ErrorCode::bad_shape, "bias", "a scalar has no units to shift");
  return input;
}

std::vector<ParameterSpec> Bias::parameters(std::span<const Shape> inputs) const {
  return {{"bias", ParameterRole::bias, {{{Axis::channel, single_input(*this, inputs).extents().back()}}}}};
}

Cost Bias::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(single_input(*this, inputs).count());
  return {.forward_flops = count, .backward_flops = count};
}

OpPtr bias() { return std::make_shared<Bias>(); }

}  // namespace fanin::net
