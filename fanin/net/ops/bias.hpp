// bias: y = x + b, b one value per unit of the last axis.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Bias final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "bias"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;
};

OpPtr bias();

}  // namespace fanin::net
