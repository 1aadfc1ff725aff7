// add: the sum of two or more tensors of one shape, such as a residual branch and its shortcut.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Add final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "add"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;
};

OpPtr add();

}  // namespace fanin::net
