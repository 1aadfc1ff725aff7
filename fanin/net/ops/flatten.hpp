// flatten: every axis of a sample in one, row-major.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Flatten final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "flatten"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;
};

OpPtr flatten();

}  // namespace fanin::net
