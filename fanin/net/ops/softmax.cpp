#include "fanin/net/ops/softmax.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

Shape Softmax::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0) throw Error(ErrorCode::bad_shape, "softmax", "a scalar has no axis to normalize");
  return input;
}

Cost Softmax::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(output_shape(inputs).count());
  // Maximum, difference, exponential, sum, quotient; backward y·(g - Σ g·y).
  return {.forward_flops = 5 * count, .backward_flops = 4 * count};
}

OpPtr softmax() { return std::make_shared<Softmax>(); }

}  // namespace fanin::net
