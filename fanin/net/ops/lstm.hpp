// lstm: i, f, o = σ(…), g = tanh(…) of W_ih x_t + W_hh h_{t-1} + b; c_t = f·c_{t-1} + i·g; h_t = o·tanh(c_t).
// Source: Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000.
#pragma once

#include "fanin/net/op.hpp"
#include "fanin/net/ops/recurrent.hpp"

namespace fanin::net {

/// The slots of the packed gate axis, in PyTorch's and Keras's order.
enum class LstmGate { input, forget, cell, output };

class Lstm final : public Op {
 public:
  /// @throws Error bad_value.
  explicit Lstm(const RecurrentOptions& options);

  [[nodiscard]] const RecurrentOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "lstm"; }
  [[nodiscard]] std::string attributes() const override { return recurrent_attributes(options_); }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  /// weight_ih [4·units, in], weight_hh [4·units, units], bias [4·units]: gate × out.
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  RecurrentOptions options_;
};

OpPtr lstm(const RecurrentOptions& options);

}  // namespace fanin::net
