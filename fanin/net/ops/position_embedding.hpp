// position_embedding: adds row t of the weight [positions, width] to position t of a sequence
// [time, width].
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class PositionEmbedding final : public Op {
 public:
  /// @param positions  the longest sequence, >= 1. @throws Error bad_value.
  explicit PositionEmbedding(std::int64_t positions);

  [[nodiscard]] std::int64_t positions() const noexcept { return positions_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "position_embedding"; }
  [[nodiscard]] std::string attributes() const override { return "positions=" + std::to_string(positions_); }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::int64_t positions_;
};

OpPtr position_embedding(std::int64_t positions);

}  // namespace fanin::net
