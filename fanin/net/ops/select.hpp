// select: one position along an axis, which disappears: the last state of a sequence [time, width] is
// select(-1).
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Select final : public Op {
 public:
  /// @param index  of the position, from 0; negative ones count from the last, -1.
  /// @param axis   of a sample, likewise.
  Select(std::int64_t index, std::int64_t axis) noexcept : index_(index), axis_(axis) {}

  [[nodiscard]] std::int64_t index() const noexcept { return index_; }
  [[nodiscard]] std::int64_t axis() const noexcept { return axis_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "select"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::int64_t index_;
  std::int64_t axis_;
};

OpPtr select(std::int64_t index, std::int64_t axis = 0);

}  // namespace fanin::net
