#include "fanin/net/ops/spatial.hpp"

#include <algorithm>

#include "fanin/core/error.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 31;

std::vector<std::int64_t> spread(const std::vector<std::int64_t>& list, std::size_t axes, std::int64_t fallback,
                                 std::int64_t low, std::string_view op, std::string_view name) {
  for (const std::int64_t value : list) checked_attribute(value, low, op, name);
  if (list.empty()) return std::vector<std::int64_t>(axes, fallback);
  if (list.size() == 1) return std::vector<std::int64_t>(axes, list[0]);
  if (list.size() != axes) {
    throw Error(ErrorCode::bad_value, std::string(op),
                std::string(name) + " has " + std::to_string(list.size()) +
                    " entries; give one, or one for each of the " + std::to_string(axes) + " spatial axes");
  }
  return list;
}

}  // namespace

std::int64_t checked_attribute(std::int64_t value, std::int64_t low, std::string_view op, std::string_view name) {
  if (value < low || value > kLargest) {
    throw Error(ErrorCode::bad_value, std::string(op),
                std::string(name) + " must be " + std::to_string(low) + " or more and at most 2^31, found " +
                    std::to_string(value));
  }
  return value;
}

std::size_t checked_axis(std::int64_t axis, const Shape& shape, std::string_view op) {
  const auto rank = static_cast<std::int64_t>(shape.rank());
  if (axis < -rank || axis >= rank) {
    throw Error(ErrorCode::bad_shape, std::string(op),
                "there is no axis " + std::to_string(axis) + " in " + fanin::to_string(shape));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

Window expanded(const Window& window, std::size_t axes, std::string_view op) {
  if (window.kernel.empty()) throw Error(ErrorCode::bad_value, std::string(op), "kernel has no entries");
  return {spread(window.kernel, axes, 1, 1, op, "kernel"), spread(window.stride, axes, 1, 1, op, "stride"),
          spread(window.padding, axes, 0, 0, op, "padding"), spread(window.dilation, axes, 1, 1, op, "dilation")};
}

std::vector<std::int64_t> window_positions(const Window& window, const Shape& input, std::string_view op) {
  std::vector<std::int64_t> positions;
  for (std::size_t axis = 0; axis < window.kernel.size(); ++axis) {
    const std::int64_t extent = input[axis + 1] + 2 * window.padding[axis];
    const std::int64_t reach = window.dilation[axis] * (window.kernel[axis] - 1) + 1;
    if (reach > extent) {
      throw Error(ErrorCode::bad_shape, std::string(op),
                  "the window reaches over " + std::to_string(reach) + " positions, but spatial axis " +
                      std::to_string(axis + 1) + " of the input " + fanin::to_string(input) + " has " +
                      std::to_string(extent) + " with its padding; add padding or take a smaller kernel");
    }
    positions.push_back((extent - reach) / window.stride[axis] + 1);
  }
  return positions;
}

std::string joined(const std::vector<std::int64_t>& extents) {
  std::string text;
  for (const std::int64_t extent : extents) {
    if (!text.empty()) text += 'x';
    text += std::to_string(extent);
  }
  return text;
}

std::string to_string(const Window& window) {
  std::string text = "kernel=" + joined(window.kernel);
  const auto add = [&text](std::string_view name, const std::vector<std::int64_t>& list, std::int64_t fallback) {
    if (std::any_of(list.begin(), list.end(), [fallback](std::int64_t value) { return value != fallback; })) {
      text.append(", ").append(name).append("=").append(joined(list));
    }
  };
  add("stride", window.stride, 1);
  add("padding", window.padding, 0);
  add("dilation", window.dilation, 1);
  return text;
}

}  // namespace fanin::net
