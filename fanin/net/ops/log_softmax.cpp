#include "fanin/net/ops/log_softmax.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

Shape LogSoftmax::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0) throw Error(ErrorCode::bad_shape, "log_softmax", "a scalar has no axis to normalize");
  return input;
}

Cost LogSoftmax::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(output_shape(inputs).count());
  // Maximum, difference, exponential, sum, difference; backward g - exp(y)·Σ g.
  return {.forward_flops = 5 * count, .backward_flops = 4 * count};
}

OpPtr log_softmax() { return std::make_shared<LogSoftmax>(); }

}  // namespace fanin::net
