// log_softmax: y_i = x_i - log Σ exp(x_j) along the last axis.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class LogSoftmax final : public Op {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "log_softmax"; }
  [[nodiscard]] std::string attributes() const override { return {}; }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;
};

OpPtr log_softmax();

}  // namespace fanin::net
