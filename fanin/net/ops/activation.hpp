// activation: y = φ(x), element by element; φ is one of the functions under activations/.
#pragma once

#include "fanin/net/activation.hpp"
#include "fanin/net/op.hpp"

namespace fanin::net {

class ActivationOp final : public Op {
 public:
  explicit ActivationOp(const Activation& function) noexcept : function_(function) {}

  [[nodiscard]] const Activation& function() const noexcept { return function_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "activation"; }
  [[nodiscard]] std::string attributes() const override { return to_string(function_); }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  Activation function_;
};

OpPtr activation(const Activation& function);
/// As parse_activation. @throws Error unknown_name, bad_value.
OpPtr activation(std::string_view text);

}  // namespace fanin::net
