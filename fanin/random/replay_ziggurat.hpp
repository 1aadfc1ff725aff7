// The tables of NumPy's ziggurat for the normal law: 256 layers of equal area under exp(-x^2/2). Private to this room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fanin::random::ziggurat {

inline constexpr std::size_t kLayers = 256;
inline constexpr double kTailStart = 3.6541528853610087963519472518;  ///< x of the last layer
inline constexpr double kInverseTailStart = 0.27366123732975827203338247596;

/// 52-bit magnitudes below this lie inside the layer without further test.
extern const std::array<std::uint64_t, kLayers> kInside;
/// Width of each layer over 2^52, as the bits of a double.
extern const std::array<std::uint64_t, kLayers> kWidthBits;
/// exp(-x^2/2) at the edge of each layer, as the bits of a double.
extern const std::array<std::uint64_t, kLayers> kDensityBits;

}  // namespace fanin::random::ziggurat
