#include "fanin/net/ops/shift.hpp"

namespace fanin::net {

Shape Shift::output_shape(std::span<const Shape> inputs) const { return single_input(*this, inputs); }

std::vector<ParameterSpec> Shift::parameters(std::span<const Shape>) const {
  return {{"bias", ParameterRole::bias, {{{Axis::channel, 1}}}}};
}

Cost Shift::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(single_input(*this, inputs).count());
  return {.forward_flops = count, .backward_flops = count};
}

OpPtr shift() { return std::make_shared<Shift>(); }

}  // namespace fanin::net
