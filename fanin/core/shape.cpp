#include "fanin/core/shape.hpp"

#include <limits>
#include <utility>

#include "fanin/core/error.hpp"

namespace fanin {
namespace {

constexpr std::int64_t kMaxCount = std::int64_t{1} << 62;

std::string bracketed(const std::vector<std::int64_t>& extents) {
  std::string text = "[";
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (axis != 0) text += ", ";
    text += std::to_string(extents[axis]);
  }
  return text + "]";
}

std::int64_t checked_count(const std::vector<std::int64_t>& extents) {
  std::int64_t count = 1;
  for (const std::int64_t extent : extents) {
    if (extent < 0) {
      throw Error(ErrorCode::bad_shape, bracketed(extents), "an extent is negative; extents must be 0 or more");
    }
    if (extent != 0 && count > kMaxCount / extent) {
      throw Error(ErrorCode::bad_shape, bracketed(extents), "the element count overflows 2^62");
    }
    count *= extent;
  }
  return count;
}

}  // namespace

Shape::Shape(std::initializer_list<std::int64_t> extents) : Shape(std::vector<std::int64_t>(extents)) {}

Shape::Shape(std::vector<std::int64_t> extents) : extents_(std::move(extents)), count_(checked_count(extents_)) {}

std::string to_string(const Shape& shape) { return bracketed(shape.extents()); }

}  // namespace fanin
