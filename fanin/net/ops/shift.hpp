// shift: y = x + b with one trainable b for all elements: the scalar bias of Fixup.
// Source: Zhang, Dauphin & Ma 2019, arXiv:1901.09321.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Shift final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "shift"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  /// bias [1], role bias.
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;
};

OpPtr shift();

}  // namespace fanin::net
