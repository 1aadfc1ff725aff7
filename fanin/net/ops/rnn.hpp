// rnn: h_t = φ(W_ih x_t + W_hh h_{t-1} + b), h_0 = 0. Source: Elman 1990.
#pragma once

#include "fanin/net/activation.hpp"
#include "fanin/net/op.hpp"
#include "fanin/net/ops/recurrent.hpp"

namespace fanin::net {

class Rnn final : public Op {
 public:
  /// @throws Error bad_value.
  Rnn(const RecurrentOptions& options, const Activation& function);

  [[nodiscard]] const RecurrentOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Activation& function() const noexcept { return function_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "rnn"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  /// weight_ih [units, in], weight_hh [units, units], bias [units].
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  RecurrentOptions options_;
  Activation function_;
};

/// @throws Error bad_value, unknown_name.
OpPtr rnn(const RecurrentOptions& options, std::string_view activation = "tanh");

}  // namespace fanin::net
