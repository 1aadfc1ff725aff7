// Shapes of tensors: extents, outermost first, with an element count that cannot overflow.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace fanin {

/// Extents, outermost first: [out, in] or [channels, height, width]. Rank 0 is a scalar.
/// Every extent is >= 0 and the element count fits in 2^62; the constructor throws bad_shape otherwise.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents);
  explicit Shape(std::vector<std::int64_t> extents);

  [[nodiscard]] std::size_t rank() const noexcept { return extents_.size(); }
  [[nodiscard]] std::int64_t operator[](std::size_t axis) const { return extents_.at(axis); }
  [[nodiscard]] const std::vector<std::int64_t>& extents() const noexcept { return extents_; }
  /// The number of elements: the product of the extents, 1 for a scalar.
  [[nodiscard]] std::int64_t count() const noexcept { return count_; }

  friend bool operator==(const Shape& a, const Shape& b) noexcept { return a.extents_ == b.extents_; }

 private:
  std::vector<std::int64_t> extents_;
  std::int64_t count_ = 1;
};

/// "[256, 784]"; "[]" for a scalar.
std::string to_string(const Shape& shape);

}  // namespace fanin
