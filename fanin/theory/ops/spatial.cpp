#include "fanin/theory/ops/spatial.hpp"

#include <algorithm>

namespace fanin::theory {

TapCount count_taps(const net::Window& window, const Shape& places, const Shape& covered) {
  TapCount count;
  for (std::size_t axis = 0; axis < window.kernel.size(); ++axis) {
    const std::int64_t step = window.dilation[axis];
    double inside = 0;
    double squares = 0;
    for (std::int64_t place = 0; place < places[axis + 1]; ++place) {
      const std::int64_t first = place * window.stride[axis] - window.padding[axis];
      // Taps k with 0 <= first + k·step < covered.
      const std::int64_t begin = first < 0 ? (-first + step - 1) / step : 0;
      const std::int64_t room = covered[axis + 1] - first;
      const std::int64_t end = std::min(window.kernel[axis], room > 0 ? (room + step - 1) / step : 0);
      const auto taps = static_cast<double>(std::max<std::int64_t>(end - begin, 0));
      inside += taps;
      squares += taps * taps;
    }
    count.places *= static_cast<double>(places[axis + 1]);
    count.taps *= static_cast<double>(window.kernel[axis]);
    count.inside *= inside;
    count.squares *= squares;
  }
  return count;
}

}  // namespace fanin::theory
