// concat: two or more tensors one after the other along an axis, all else equal: the two directions of a
// recurrent layer, or channels beside channels.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Concat final : public Op {
 public:
  /// @param axis  of a sample, from 0; negative ones count from the last axis, -1.
  explicit Concat(std::int64_t axis) noexcept : axis_(axis) {}

  [[nodiscard]] std::int64_t axis() const noexcept { return axis_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "concat"; }
  [[nodiscard]] std::string attributes() const override { return "axis=" + std::to_string(axis_); }
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::int64_t axis_;
};

OpPtr concat(std::int64_t axis = -1);

}  // namespace fanin::net
