// dense: y = W x along the last axis, W [out, in]. The bias is an op of its own.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Dense final : public Op {
 public:
  /// @param units  outputs, >= 1. @throws Error bad_value.
  explicit Dense(std::int64_t units);

  [[nodiscard]] std::int64_t units() const noexcept { return units_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "dense"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::int64_t units_;
};

OpPtr dense(std::int64_t units);

}  // namespace fanin::net
