#include "fanin/net/ops/concat.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxExtent = std::int64_t{1} << 62;

bool equal_but_for(std::size_t axis, const Shape& a, const Shape& b) {
  if (a.rank() != b.rank()) return false;
  for (std::size_t i = 0; i < a.rank(); ++i) {
    if (i != axis && a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace

Shape Concat::output_shape(std::span<const Shape> inputs) const {
  if (inputs.size() < 2) {
    throw Error(ErrorCode::bad_shape, "concat", "it takes two inputs or more, found " + std::to_string(inputs.size()));
  }
  const std::size_t axis = checked_axis(axis_, inputs[0], "concat");
  std::vector<std::int64_t> extents = inputs[0].extents();
  for (const Shape& input : inputs.subspan(1)) {
    if (!equal_but_for(axis, inputs[0], input)) {
      throw Error(ErrorCode::bad_shape, "concat",
                  "its inputs may differ along axis " + std::to_string(axis) + " only, found " + to_string(inputs[0]) +
                      " and " + to_string(input));
    }
    if (input[axis] > kMaxExtent - extents[axis]) {
      throw Error(ErrorCode::bad_shape, "concat", "the extents of its inputs add up to more than 2^62");
    }
    extents[axis] += input[axis];
  }
  return Shape(std::move(extents));
}

Cost Concat::cost(std::span<const Shape>) const { return {}; }

OpPtr concat(std::int64_t axis) { return std::make_shared<Concat>(axis); }

}  // namespace fanin::net
