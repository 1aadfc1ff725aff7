// batch_norm: y = (x - mean)/√(variance + ε)·scale + shift per channel (the first axis), over batch and space. Source:
// Ioffe & Szegedy 2015, arXiv:1502.03167.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class BatchNorm final : public Op {
 public:
  /// @param epsilon  added to the variance, > 0. @param affine  whether it has a scale and a shift per channel.
  /// @throws Error bad_value.
  explicit BatchNorm(double epsilon, bool affine);

  [[nodiscard]] double epsilon() const noexcept { return epsilon_; }
  [[nodiscard]] bool affine() const noexcept { return affine_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "batch_norm"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  /// running_mean and running_var, one value per channel each, starting from 0 and 1.
  [[nodiscard]] std::vector<StatisticSpec> statistics(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  double epsilon_;
  bool affine_;
};

OpPtr batch_norm(double epsilon = 1e-5, bool affine = true);

}  // namespace fanin::net
