#include "fanin/net/ops/select.hpp"

#include "fanin/core/error.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::net {

std::string Select::attributes() const {
  const std::string index = "index=" + std::to_string(index_);
  return axis_ == 0 ? index : index + ", axis=" + std::to_string(axis_);
}

Shape Select::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  const std::size_t axis = checked_axis(axis_, input, "select");
  if (index_ < -input[axis] || index_ >= input[axis]) {
    throw Error(ErrorCode::bad_shape, "select",
                "there is no position " + std::to_string(index_) + " along axis " + std::to_string(axis) + " of " +
                    to_string(input));
  }
  std::vector<std::int64_t> extents = input.extents();
  extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(axis));
  return Shape(std::move(extents));
}

Cost Select::cost(std::span<const Shape>) const { return {}; }

OpPtr select(std::int64_t index, std::int64_t axis) { return std::make_shared<Select>(index, axis); }

}  // namespace fanin::net
