#include "fanin/net/ops/position_embedding.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {

PositionEmbedding::PositionEmbedding(std::int64_t positions)
    : positions_(checked_attribute(positions, 1, "position_embedding", "positions")) {}

Shape PositionEmbedding::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  if (input.rank() != 2 || input[0] > positions_) {
    throw Error(ErrorCode::bad_shape, "position_embedding",
                "it takes a sequence [time, width] of at most " + std::to_string(positions_) + " positions, found " +
                    to_string(input));
  }
  return input;
}

std::vector<ParameterSpec> PositionEmbedding::parameters(std::span<const Shape> inputs) const {
  return {
      {"weight", ParameterRole::embedding, {{{Axis::position, positions_}}, {{Axis::out, output_shape(inputs)[1]}}}}};
}

Cost PositionEmbedding::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(output_shape(inputs).count());
  return {.forward_flops = count, .backward_flops = count};
}

OpPtr position_embedding(std::int64_t positions) { return std::make_shared<PositionEmbedding>(positions); }

}  // namespace fanin::net
