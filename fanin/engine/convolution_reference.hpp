// A convolution's definition: which values it multiplies and where each product goes. conv and conv_transpose
// read it in the two directions. Private to the room.
#pragma once

#include <array>
#include <cstdint>

#include "fanin/engine/convolution.hpp"

namespace fanin::engine {

/// Calls visit(src index, weight index, dst index) for every product of a convolution of `rows` row-major samples.
template <class Visit>
void for_each_product(const ConvolutionShape& shape, std::int64_t rows, const Visit& visit) {
  struct Axis {
    std::int64_t src = 1, dst = 1, taps = 1, stride = 1, padding = 0, dilation = 1;
  };
  std::array<Axis, 3> axes;
  const std::size_t first = 3 - shape.src.size();
  for (std::size_t i = 0; i < shape.src.size(); ++i) {
    const net::Window& window = shape.window;
    axes[first + i] = {shape.src[i],     shape.dst[i],      window.kernel[i],
                       window.stride[i], window.padding[i], window.dilation[i]};
  }
  const auto& [a, b, c] = axes;
  const std::int64_t out = shape.dst_channels / shape.groups;
  const std::int64_t in = shape.src_channels / shape.groups;
  const std::int64_t positions = a.dst * b.dst * c.dst;
  const std::int64_t taps = a.taps * b.taps * c.taps;
  for (std::int64_t channel = 0; channel < rows * shape.dst_channels; ++channel) {
    const std::int64_t o = channel % shape.dst_channels;
    const std::int64_t row = channel / shape.dst_channels;
    for (std::int64_t position = 0; position < positions; ++position) {
      const std::array<std::int64_t, 3> at{position / (b.dst * c.dst), position / c.dst % b.dst, position % c.dst};
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        const std::array<std::int64_t, 3> k{tap / (b.taps * c.taps), tap / c.taps % b.taps, tap % c.taps};
        std::int64_t source = 0;
        bool inside = true;
        for (std::size_t i = 0; i < 3; ++i) {
          const std::int64_t x = at[i] * axes[i].stride + k[i] * axes[i].dilation - axes[i].padding;
          inside = inside && x >= 0 && x < axes[i].src;
          source = source * axes[i].src + x;
        }
        if (!inside) continue;
        const std::int64_t volume = a.src * b.src * c.src;
        for (std::int64_t i = 0; i < in; ++i) {
          const std::int64_t src_channel = row * shape.src_channels + o / out * in + i;
          visit(static_cast<std::size_t>(src_channel * volume + source),
                static_cast<std::size_t>((o * in + i) * taps + tap),
                static_cast<std::size_t>(channel * positions + position));
        }
      }
    }
  }
}

}  // namespace fanin::engine
