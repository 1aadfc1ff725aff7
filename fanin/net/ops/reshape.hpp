// reshape: the same elements, row-major, in another shape.
#pragma once

#include "fanin/net/op.hpp"

namespace fanin::net {

class Reshape final : public Op {
 public:
  /// @param extents  each >= 1; one may be -1, which takes what is left. @throws Error bad_value, bad_shape.
  explicit Reshape(std::vector<std::int64_t> extents);

  [[nodiscard]] const std::vector<std::int64_t>& extents() const noexcept { return extents_; }
  [[nodiscard]] std::string_view kind() const noexcept override { return "reshape"; }
  [[nodiscard]] std::string attributes() const override;
  [[nodiscard]] Shape output_shape(std::span<const Shape> inputs) const override;
  [[nodiscard]] Cost cost(std::span<const Shape> inputs) const override;

 private:
  std::vector<std::int64_t> extents_;
  std::int64_t known_count_;  ///< of the extents that are not -1
};

OpPtr reshape(std::vector<std::int64_t> extents);

}  // namespace fanin::net
