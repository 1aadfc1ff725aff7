#include "fanin/net/ops/glu.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

Shape Glu::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() == 0 || input.extents().back() % 2 != 0) {
    throw Error(ErrorCode::bad_shape, "glu",
                "the last axis of " + to_string(input) + " does not split into two halves");
  }
  std::vector<std::int64_t> extents = input.extents();
  extents.back() /= 2;
  return Shape(std::move(extents));
}

Cost Glu::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(output_shape(inputs).count());
  return {.forward_flops = 2 * count, .backward_flops = 4 * count};
}

OpPtr glu(std::string_view gate) { return std::make_shared<Glu>(parse_activation(gate)); }

}  // namespace fanin::net
