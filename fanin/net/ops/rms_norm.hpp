// rms_norm: y = x/√(mean x² + ε)·scale over the last axis of each sample. Source: Zhang & Sennrich 2019,
// arXiv:1910.07467.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class RmsNorm final : public Op {
 public:
  /// @param epsilon  added to the mean square, > 0. @param affine  whether it has a scale per unit.
  /// @throws Error bad_value.
  explicit RmsNorm(double epsilon, bool affine);

  [[nodiscard]] double epsilon() const noexcept { return epsilon_; }
  [[nodiscard]] bool affine() const noexcept { return affine_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "rms_norm"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  double epsilon_;
  bool affine_;
};

OpPtr rms_norm(double epsilon = 1e-6, bool affine = true);

}  // namespace fanin::net
