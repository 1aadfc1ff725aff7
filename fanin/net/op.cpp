#include "fanin/net/op.hpp"

#include "fanin/core/error.hpp"

namespace fanin::net {

std::vector<ParameterSpec> Op::parameters(std::span<const Shape>) const { return {}; }

std::vector<StatisticSpec> Op::statistics(std::span<const Shape>) const { return {}; }

const Shape& single_input(const Op& op, std::span<const Shape> inputs) {
  if (inputs.size() != 1) {
    throw Error(ErrorCode::bad_shape, std::string(op.kind()),
                "it takes one input, found " + std::to_string(inputs.size()));
  }
  return inputs[0];
}

}  // namespace fanin::net
