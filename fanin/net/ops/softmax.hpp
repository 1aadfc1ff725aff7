// softmax: y_i = exp(x_i)/Σ exp(x_j) along the last axis. Source: Bridle 1990.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Softmax final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "softmax"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;
};

OpPtr softmax();

}  // namespace fanin::net
