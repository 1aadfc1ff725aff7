// Windows that slide over the spatial axes of a [channels, length] or [channels, height, width]
// tensor, which convolution and pooling share, and the checks of attributes that all ops share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/shape.hpp"

namespace fanin::net {

/// One entry per spatial axis, or one for all of them, or none for the default.
struct Window {
  std::vector<std::int64_t> kernel = {};    ///< taps, >= 1
  std::vector<std::int64_t> stride = {};    ///< >= 1, default 1
  std::vector<std::int64_t> padding = {};   ///< zeros added at both ends, >= 0, default 0
  std::vector<std::int64_t> dilation = {};  ///< distance between taps, >= 1, default 1
};

/// A copy with every list `axes` long. @throws Error bad_value naming `op` and the list.
Window expanded(const Window& window, std::size_t axes, std::string_view op);

/// ⌊(extent + 2·padding - dilation·(kernel - 1) - 1)/stride⌋ + 1 for each spatial axis of `input`.
/// @param window  expanded. @throws Error bad_shape when the window does not fit.
std::vector<std::int64_t> window_positions(const Window& window, const Shape& input, std::string_view op);

/// "kernel=3x3, stride=2x2": entries at their default are left out.
std::string to_string(const Window& window);
/// "3x3".
std::string joined(const std::vector<std::int64_t>& extents);

/// @throws Error bad_value unless low <= value <= 2^31.
std::int64_t checked_attribute(std::int64_t value, std::int64_t low, std::string_view op, std::string_view name);

/// The axis of `shape` that `axis` names; negative ones count from the last, -1.
/// @throws Error bad_shape naming `op` when there is none.
std::size_t checked_axis(std::int64_t axis, const Shape& shape, std::string_view op);

}  // namespace fanin::net
