// How many taps of a sliding window fall on real positions and how many on padding: what convolution and
// pooling share. No op.
#pragma once

#include "fanin/core/shape.hpp"
#include "fanin/net/ops/spatial.hpp"

namespace fanin::theory {

/// Sums over the places of a window.
struct TapCount {
  double places = 1;   ///< where the window stands
  double taps = 1;     ///< of the kernel
  double inside = 1;   ///< Σ over places of the taps on real positions
  double squares = 1;  ///< Σ over places of their number squared
  /// Taps on real positions, in the mean over places.
  [[nodiscard]] double mean() const noexcept { return inside / places; }
  [[nodiscard]] bool no_padding() const noexcept { return inside == places * taps; }
};

/// @param window   expanded.
/// @param places   [channels, …]: its spatial extents say where the window stands; padding is ahead of 0.
/// @param covered  [channels, …]: the spatial extents of the real positions.
/// @cost  proportional to the places of each axis that see padding.
TapCount count_taps(const net::Window& window, const Shape& places, const Shape& covered);

}  // namespace fanin::theory
