#include "fanin/net/ops/activation.hpp"

namespace fanin::net {

Shape ActivationOp::output_shape(std::span<const Shape> inputs) const { return single_input(*this, inputs); }

Cost ActivationOp::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(single_input(*this, inputs).count());
  return {.forward_flops = count, .backward_flops = count};
}

OpPtr activation(const Activation& function) { return std::make_shared<ActivationOp>(function); }
OpPtr activation(std::string_view text) { return activation(parse_activation(text)); }

}  // namespace fanin::net
