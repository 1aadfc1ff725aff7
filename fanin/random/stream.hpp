// Element-addressable randomness: the value of element i of tensor t is a pure function of
// (seed, name of t, i). Philox4x32-10 with key = seed and counter = (block of i, hash of the name).
// Thread count, SIMD width, slice boundaries and the order of calls cannot change it.
//
//     random::Stream stream(/*seed=*/1, "layer1.weight");
//     random::fill_normal(stream, /*first=*/0, {.mean = 0, .std_dev = 0.01}, values);
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fanin::random {

/// The random stream of one tensor.
struct Stream {
  std::uint64_t seed = 0;
  std::uint64_t name_hash = 0;

  Stream(std::uint64_t seed_value, std::string_view name) noexcept;
};

/// [low, high), uniform. low <= high, both finite.
struct Uniform {
  double low = 0;
  double high = 1;
};

struct Normal {
  double mean = 0;
  double std_dev = 1;  ///< >= 0
};

/// Writes elements first, first + 1, … of the stream.
/// @throws Error bad_value for parameters outside their domain.
void fill_uniform(const Stream& stream, std::uint64_t first, const Uniform& law, std::span<float> out);
void fill_normal(const Stream& stream, std::uint64_t first, const Normal& law, std::span<float> out);

/// A normal law cut to [mean + low·s, mean + high·s].
struct TruncatedNormal {
  double mean = 0;
  double std_dev = 1;     ///< of the values after the cut; with `corrected` false, s: before the cut
  double low = -2;        ///< in units of s, the standard deviation before the cut
  double high = 2;        ///< > low
  bool corrected = true;
};
void fill_truncated_normal(const Stream& stream, std::uint64_t first, const TruncatedNormal& law,
                           std::span<float> out);

/// Element i is an integer, uniform in [0, bound) up to 2^-64·bound bias; bound >= 1.
void fill_integers(const Stream& stream, std::uint64_t first, std::uint64_t bound, std::span<std::uint64_t> out);

/// A random permutation of 0 … n-1 (n <= 2^32), the same for every thread count.
std::vector<std::uint32_t> permutation(const Stream& stream, std::uint64_t n);

}  // namespace fanin::random
