// transpose: the axes of a sample in another order. Axis i of the output is axis axes[i] of the input, as
// in NumPy.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Transpose final : public Op {
 public:
  /// @param axes  a permutation of 0, 1, …; empty: the last two axes are swapped. @throws Error bad_value.
  explicit Transpose(std::vector<std::int64_t> axes);

  [[nodiscard]] const std::vector<std::int64_t>& axes() const noexcept { return axes_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "transpose"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::vector<std::int64_t> axes_;
};

OpPtr transpose(std::vector<std::int64_t> axes = {});

}  // namespace fanin::net
