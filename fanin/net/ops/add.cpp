#include "fanin/net/ops/add.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

Shape Add::output_shape(std::span<const Shape> inputs) const {
  if (inputs.size() < 2) {
    throw Error(ErrorCode::bad_shape, "add", "it takes two inputs or more, found " + std::to_string(inputs.size()));
  }
  for (const Shape& input : inputs) {
    if (!(input == inputs[0])) {
      throw Error(ErrorCode::bad_shape, "add",
                  "its inputs have different shapes, " + to_string(inputs[0]) + " and " + to_string(input));
    }
  }
  return inputs[0];
}

Cost Add::cost(std::span<const Shape> inputs) const {
  const double additions = static_cast<double>(output_shape(inputs).count()) * static_cast<double>(inputs.size() - 1);
  return {.forward_flops = additions, .backward_flops = additions};
}

OpPtr add() { return std::make_shared<Add>(); }

}  // namespace fanin::net
