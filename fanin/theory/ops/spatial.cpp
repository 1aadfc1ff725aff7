#include "fanin/theory/ops/spatial.hpp"

#include <algorithm>

namespace fanin::theory {
namespace {

struct AxisTaps {
  double inside = 0;
  double squares = 0;

  void add(std::int64_t taps, double times) {
    inside += times * static_cast<double>(taps);
    squares += times * static_cast<double>(taps) * static_cast<double>(taps);
  }
};

struct AxisWindow {
  std::int64_t kernel, stride, padding, dilation;

  // Taps k with 0 <= place·stride - padding + k·dilation < covered.
  [[nodiscard]] std::int64_t taps(std::int64_t place, std::int64_t covered) const {
    const std::int64_t first = place * stride - padding;
    const std::int64_t begin = first < 0 ? (-first + dilation - 1) / dilation : 0;
    const std::int64_t room = covered - first;
    const std::int64_t end = std::min(kernel, room > 0 ? (room + dilation - 1) / dilation : 0);
    return std::max<std::int64_t>(end - begin, 0);
  }
};

AxisTaps count_axis(const AxisWindow& window, std::int64_t places, std::int64_t covered) {
  AxisTaps sums;
  // Places from `first` to before `last` see no padding.
  const std::int64_t first = std::min((window.padding + window.stride - 1) / window.stride, places);
  const std::int64_t room = covered - 1 - (window.kernel - 1) * window.dilation + window.padding;
  const std::int64_t last = std::max(first, room < 0 ? 0 : std::min(room / window.stride + 1, places));
  sums.add(window.kernel, static_cast<double>(last - first));
  for (std::int64_t place = 0; place < first; ++place) sums.add(window.taps(place, covered), 1);
  for (std::int64_t place = last; place < places; ++place) sums.add(window.taps(place, covered), 1);
  return sums;
}

}  // namespace

TapCount count_taps(const net::Window& window, const Shape& places, const Shape& covered) {
  TapCount count;
  for (std::size_t axis = 0; axis < window.kernel.size(); ++axis) {
    const AxisWindow along{window.kernel[axis], window.stride[axis], window.padding[axis], window.dilation[axis]};
    const AxisTaps sums = count_axis(along, places[axis + 1], covered[axis + 1]);
    count.places *= static_cast<double>(places[axis + 1]);
    count.taps *= static_cast<double>(window.kernel[axis]);
    count.inside *= sums.inside;
    count.squares *= sums.squares;
  }
  return count;
}

}  // namespace fanin::theory
