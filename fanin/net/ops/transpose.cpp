#include "fanin/net/ops/transpose.hpp"

#include <utility>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

std::string listed(const std::vector<std::int64_t>& axes) {
  std::string text;
  for (const std::int64_t axis : axes) {
    if (!text.empty()) text += ',';
    text += std::to_string(axis);
  }
  return text;
}

}  // namespace

Transpose::Transpose(std::vector<std::int64_t> axes) : axes_(std::move(axes)) {
  std::vector<bool> seen(axes_.size(), false);
  for (const std::int64_t axis : axes_) {
    if (axis < 0 || axis >= static_cast<std::int64_t>(axes_.size()) || seen[static_cast<std::size_t>(axis)]) {
      throw Error(ErrorCode::bad_value, "transpose",
                  "axes must name each of 0 to " + std::to_string(axes_.size() - 1) + " once, found " + listed(axes_));
    }
    seen[static_cast<std::size_t>(axis)] = true;
  }
}

std::string Transpose::attributes() const { return axes_.empty() ? "" : "axes=" + listed(axes_); }

Shape Transpose::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(*this, inputs);
  std::vector<std::int64_t> extents = input.extents();
  if (axes_.empty()) {
    if (extents.size() < 2) {
      throw Error(ErrorCode::bad_shape, "transpose", to_string(input) + " has no two axes to swap");
    }
    std::swap(extents.back(), extents[extents.size() - 2]);
    return Shape(std::move(extents));
  }
  if (axes_.size() != input.rank()) {
    throw Error(
        ErrorCode::bad_shape, "transpose",
        "it orders " + std::to_string(axes_.size()) + " axes, but its input " + to_string(input) + " has another rank");
  }
  for (std::size_t i = 0; i < axes_.size(); ++i) extents[i] = input[static_cast<std::size_t>(axes_[i])];
  return Shape(std::move(extents));
}

Cost Transpose::cost(std::span<const Shape>) const { return {}; }

OpPtr transpose(std::vector<std::int64_t> axes) { return std::make_shared<Transpose>(std::move(axes)); }

}  // namespace fanin::net
