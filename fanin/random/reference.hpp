// The readable definition of every value of a stream, one element at a time: integer operations and
// separately rounded + - * / sqrt only. The SIMD kernels are held to these bits on every target.
// Private to this room.
//
// A tile is 64 elements made of 16 Philox blocks: element e of tile t reads word e / 16 of block
// 16 t + e % 16. So sixteen neighbours are the same word of sixteen neighbouring blocks, which every
// vector width can load and store in order.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "fanin/random/coefficients.hpp"
#include "fanin/random/philox.hpp"
#include "fanin/random/plan.hpp"

namespace fanin::random::reference {

inline constexpr std::uint64_t kTileElements = 64;
inline constexpr std::uint64_t kTileBlocks = 16;
// Set in the block number where the words below the first 32 bits are read.
inline constexpr std::uint64_t kLowWordBlocks = std::uint64_t{1} << 63;

/// The signed word of an element: 32 bits for f32, 64 for f64.
template <typename T>
using Word = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

using TileWords = std::array<std::uint32_t, kTileElements>;

/// The 32-bit words of a tile; `domain` is 0 or kLowWordBlocks.
inline TileWords tile_words(const Stream& stream, std::uint64_t tile, std::uint64_t domain) noexcept {
  TileWords words{};
  const PhiloxKey key = {static_cast<std::uint32_t>(stream.seed), static_cast<std::uint32_t>(stream.seed >> 32)};
  for (std::uint64_t lane = 0; lane < kTileBlocks; ++lane) {
    const std::uint64_t block = (tile * kTileBlocks + lane) | domain;
    const PhiloxCounter counter = philox4x32_10(
        {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
         static_cast<std::uint32_t>(stream.name_hash), static_cast<std::uint32_t>(stream.name_hash >> 32)},
        key);
    for (std::size_t word = 0; word < 4; ++word) words[word * kTileBlocks + lane] = counter[word];
  }
  return words;
}

/// The 64-bit words of a tile: the 32-bit words over those of the low blocks.
inline std::array<std::uint64_t, kTileElements> wide_tile_words(const Stream& stream, std::uint64_t tile) noexcept {
  const TileWords high = tile_words(stream, tile, 0);
  const TileWords low = tile_words(stream, tile, kLowWordBlocks);
  std::array<std::uint64_t, kTileElements> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = (std::uint64_t{high[i]} << 32) | low[i];
  return words;
}

template <typename T, std::size_t Size>
constexpr T polynomial(const std::array<T, Size>& coefficients, T x) noexcept {
  T sum = coefficients[Size - 1];
  for (std::size_t i = Size - 1; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

template <typename T>
constexpr T clamp(T value, T lowest, T highest) noexcept {
  value = value < lowest ? lowest : value;
  return value > highest ? highest : value;
}

template <typename T>
T uniform(Word<T> x, const UniformPlan<T>& plan) noexcept {
  return clamp<T>(plan.middle + static_cast<T>(x) * plan.step, plan.lowest, plan.highest);
}

/// u = 2^exponent (1 + fraction), fraction in [-1/2, 0).
template <typename T>
struct Split {
  T exponent;
  T fraction;
};

template <typename T>
Split<T> split(T u) noexcept {
  using Bits = std::make_unsigned_t<Word<T>>;
  constexpr int kMantissaBits = std::numeric_limits<T>::digits - 1;
  constexpr Bits kMantissa = (Bits{1} << kMantissaBits) - 1;
  constexpr Bits kHalf = static_cast<Bits>(std::numeric_limits<T>::max_exponent - 2) << kMantissaBits;
  const Bits bits = std::bit_cast<Bits>(u);
  const auto exponent = static_cast<int>(bits >> kMantissaBits) - (std::numeric_limits<T>::max_exponent - 2);
  return {static_cast<T>(exponent), std::bit_cast<T>((bits & kMantissa) | kHalf) - T{1}};
}

/// -log(2^exponent (1 + fraction)): two terms >= 0, so nothing cancels.
inline float minus_log(Split<float> u) noexcept {
  return u.exponent * -0.693147180559945309417F + u.fraction * polynomial(coefficients::kLogF32, u.fraction);
}
inline double minus_log(Split<double> u) noexcept {
  const double s = u.fraction / (2.0 + u.fraction);
  const double z = s * s;
  return u.exponent * -0.693147180559945309417 - 2.0 * (s + s * (z * polynomial(coefficients::kLogF64, z)));
}

/// Box-Muller: two normal values from the radius word and the angle word.
/// @source  Box and Muller 1958. The radius word is read from both ends, as u below one half and as
///          u - 1 above, so that neither small nor large radii lose digits; it reaches 6.7 standard
///          deviations in f32, 9.4 in f64. Two bits of the angle word choose the quarter, the
///          rest the angle within [-pi/4, pi/4).
template <typename T>
std::array<T, 2> normal_pair(Word<T> radius_word, Word<T> angle_word, const NormalPlan<T>& plan) noexcept {
  using Bits = std::make_unsigned_t<Word<T>>;
  constexpr int kBits = std::numeric_limits<Bits>::digits;
  const T word_width = static_cast<T>(kBits == 32 ? 0x1p-32 : 0x1p-64);
  const T t = (static_cast<T>(radius_word) + static_cast<T>(0.5)) * word_width;
  const T radius = std::sqrt(minus_log(t < 0 ? Split<T>{T{0}, t} : split(t))) * plan.radius_scale;

  const auto angle_bits = static_cast<Bits>(angle_word);
  const T v = static_cast<T>(static_cast<Word<T>>((angle_bits << 2) | 2U)) * word_width;
  T sine = 0;
  T cosine = 0;
  if constexpr (kBits == 32) {
    sine = v * polynomial(coefficients::kSinF32, v * v);
    cosine = polynomial(coefficients::kCosF32, v * v);
  } else {
    const double angle = v * 1.57079632679489661923;
    sine = angle * polynomial(coefficients::kSinF64, angle * angle);
    cosine = polynomial(coefficients::kCosF64, angle * angle);
  }
  if ((angle_bits >> (kBits - 1)) != 0) cosine = -cosine;
  const bool swap = ((angle_bits >> (kBits - 2)) & 1U) != 0;
  return {plan.mean + radius * (swap ? sine : cosine), plan.mean + radius * (swap ? cosine : sine)};
}

/// The standard normal quantile at probability 1/2 + y, given the smaller tail.
inline float quantile(float y, float tail) noexcept {
  namespace c = coefficients;
  if (std::abs(y) <= c::kCentreF32) {
    const float r = 0.25F - y * y;
    return y * (polynomial(c::kCentreNumeratorF32, r) / polynomial(c::kCentreDenominatorF32, r));
  }
  const float t = std::sqrt(minus_log(split(tail))) - c::kTailShiftF32;
  return std::copysign(polynomial(c::kTailNumeratorF32, t) / polynomial(c::kTailDenominatorF32, t), y);
}
inline double quantile(double y, double tail) noexcept {
  namespace c = coefficients;
  if (std::abs(y) <= c::kCentreF64) {
    const double r = c::kCentreShiftF64 - y * y;
    return y * (polynomial(c::kCentreNumeratorF64, r) / polynomial(c::kCentreDenominatorF64, r));
  }
  const double s = std::sqrt(minus_log(split(tail)));
  double value = 0;
  if (s <= c::kTailSplitF64) {
    const double t = s - c::kNearShiftF64;
    value = polynomial(c::kNearNumeratorF64, t) / polynomial(c::kNearDenominatorF64, t);
  } else {
    const double t = s - c::kFarShiftF64;
    value = polynomial(c::kFarNumeratorF64, t) / polynomial(c::kFarDenominatorF64, t);
  }
  return std::copysign(value, y);
}

template <typename T>
T truncated_normal(Word<T> x, const TruncatedPlan<T>& plan) noexcept {
  constexpr T kHalf = static_cast<T>(0.5);
  const T y = plan.centre + static_cast<T>(x) * plan.slope;
  const Word<T> distance = x < 0 ? static_cast<Word<T>>(x - std::numeric_limits<Word<T>>::min())
                                 : static_cast<Word<T>>(std::numeric_limits<Word<T>>::max() - x);
  const T tail = (x < 0 ? plan.near_low : plan.near_high) +
                 (static_cast<T>(distance) + kHalf) * (x < 0 ? plan.slope : plan.slope_high);
  return clamp<T>(plan.mean + plan.std_dev * quantile(y, tail), plan.lowest, plan.highest);
}

template <typename T>
T bernoulli(std::uint32_t word, const BernoulliPlan<T>& plan) noexcept {
  return word < plan.threshold ? plan.on : plan.off;
}

/// The 64 values of a tile.
template <typename T, typename Plan>
std::array<T, kTileElements> tile_values(const Stream& stream, std::uint64_t tile, const Plan& plan) noexcept {
  std::array<T, kTileElements> values{};
  const auto high_words = tile_words(stream, tile, 0);
  std::array<Word<T>, kTileElements> words{};
  if constexpr (sizeof(T) == 4) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<Word<T>>(high_words[i]);
  } else {
    const auto wide = wide_tile_words(stream, tile);
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<Word<T>>(wide[i]);
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if constexpr (std::is_same_v<Plan, UniformPlan<T>>) {
      values[i] = uniform<T>(words[i], plan);
    } else if constexpr (std::is_same_v<Plan, TruncatedPlan<T>>) {
      values[i] = truncated_normal<T>(words[i], plan);
    } else if constexpr (std::is_same_v<Plan, BernoulliPlan<T>>) {
      values[i] = bernoulli<T>(high_words[i], plan);
    } else if (i / kTileBlocks % 2 == 0) {  // words 0 and 1 of a block are a pair, so are 2 and 3
      const auto pair = normal_pair<T>(words[i], words[i + kTileBlocks], plan);
      values[i] = pair[0];
      values[i + kTileBlocks] = pair[1];
    }
  }
  return values;
}

}  // namespace fanin::random::reference
