// scale: y = α·x. A fixed α is an attribute: the multiplier of a scheme such as DeepNorm or muP. A
// trainable α is a parameter "scale" of one value, or of one per unit of the last axis as in LayerScale.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

enum class ScaleKind {
  fixed,      ///< α is the attribute `value`
  trainable,  ///< α is one parameter
  per_unit,   ///< α is a parameter for each unit of the last axis
};

class Scale final : public Op {
 public:
  /// @param value  finite: α, or its suggested start when trainable. @throws Error bad_value.
  Scale(double value, ScaleKind type);

  [[nodiscard]] double value() const noexcept { return value_; }
  [[nodiscard]] ScaleKind type() const noexcept { return type_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "scale"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  double value_;
  ScaleKind type_;
};

/// A fixed multiplier.
OpPtr scale(double value);
OpPtr trainable_scale(ScaleKind type = ScaleKind::trainable, double value = 1);

}  // namespace fanin::net
