// gru: r, z = σ(…), n = tanh(W_in x_t + b_in + r·(W_hn h_{t-1} + b_hn)); h_t = (1 - z)·n + z·h_{t-1}.
// The reset gate multiplies after the product, so the two biases are not one.
// Source: Cho et al. 2014, arXiv:1406.1078, in the form cuDNN and PyTorch compute.
#pragma once

#include "fanin/net/op.hpp"
#include "fanin/net/ops/recurrent.hpp"

namespace fanin::net {

/// The slots of the packed gate axis, in PyTorch's order (Keras puts update first).
enum class GruGate { reset, update, candidate };

class Gru final : public Op {
 public:
  /// @throws Error bad_value.
  explicit Gru(const RecurrentOptions& options);

  [[nodiscard]] const RecurrentOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "gru"; }
  [[nodiscard]] std::string attributes() const override { return recurrent_attributes(options_); }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  /// weight_ih [3·units, in], weight_hh [3·units, units], bias_ih and bias_hh [3·units]: gate × out.
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  RecurrentOptions options_;
};

OpPtr gru(const RecurrentOptions& options);

}  // namespace fanin::net
