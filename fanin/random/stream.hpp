// Element-addressable randomness: the value of element i of tensor t is a pure function of
// (seed, name of t, i). Philox4x32-10 with key = seed and counter = (block of i, hash of the name).
// Thread count, SIMD width, slice boundaries and the order of calls cannot change it.
//
//     random::Stream stream(/*seed=*/1, "layer1.weight");
//     random::fill_normal(stream, /*first=*/0, {.mean = 0, .std_dev = 0.01}, values);
//
// f32 values come from one 32-bit word per element; f64 values from that word and a second one below
// it, so that the f64 tensor of a stream is its f32 tensor with more digits. bf16 and f16 are the f32
// values rounded once, to nearest even.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "fanin/core/dtype.hpp"

namespace fanin::random {

/// The random stream of one tensor.
struct Stream {
  std::uint64_t seed = 0;
  std::uint64_t name_hash = 0;

  Stream(std::uint64_t seed_value, std::string_view name) noexcept;
};

/// The hash behind Stream::name_hash: FNV-1a (64 bits) over the bytes of the name, then the 64-bit
/// finalizer of MurmurHash3. It never changes.
std::uint64_t hash_name(std::string_view name) noexcept;

/// [low, high), uniform. low <= high, both finite; low == high gives low.
struct Uniform {
  double low = 0;
  double high = 1;
};

struct Normal {
  double mean = 0;
  double std_dev = 1;  ///< >= 0
};

/// A normal law cut to [mean + low·s, mean + high·s]; low and high may be infinite.
struct TruncatedNormal {
  double mean = 0;     ///< before the cut
  double std_dev = 1;  ///< of the values after the cut; with `corrected` false, s: before the cut
  double low = -2;     ///< in units of s, the standard deviation before the cut
  double high = 2;     ///< > low
  bool corrected = true;
};

/// `on` with probability `probability` (to 2^-32), else `off`.
struct Bernoulli {
  double probability = 0.5;
  double on = 1;
  double off = 0;
};

using Law = std::variant<Uniform, Normal, TruncatedNormal, Bernoulli>;

/// Writes elements first, first + 1, … of the stream.
/// @throws Error bad_value for parameters outside their domain or beyond the range of the type.
void fill_uniform(const Stream& stream, std::uint64_t first, const Uniform& law, std::span<float> out);
void fill_normal(const Stream& stream, std::uint64_t first, const Normal& law, std::span<float> out);
void fill_truncated_normal(const Stream& stream, std::uint64_t first, const TruncatedNormal& law, std::span<float> out);
void fill_bernoulli(const Stream& stream, std::uint64_t first, const Bernoulli& law, std::span<float> out);

/// Any law, any float type.
/// @param dtype    f32, f64, bf16 or f16.
/// @param out      raw elements of that type, any alignment; its size a multiple of the element's.
/// @param threads  how many threads share the work, >= 1; the bytes do not depend on it.
/// @throws Error   bad_value, unsupported (dtype).
void fill(const Stream& stream, std::uint64_t first, const Law& law, DType dtype, std::span<std::byte> out,
          unsigned threads = 1);
/// The same for typed spans.
void fill(const Stream& stream, std::uint64_t first, const Law& law, std::span<float> out, unsigned threads = 1);
void fill(const Stream& stream, std::uint64_t first, const Law& law, std::span<double> out, unsigned threads = 1);

/// The instruction set that the fills run on in this process: "AVX3", "AVX2", …
const char* simd_target() noexcept;

/// Element i is an integer, uniform in [0, bound) up to 2^-64·bound bias; bound >= 1.
void fill_integers(const Stream& stream, std::uint64_t first, std::uint64_t bound, std::span<std::uint64_t> out);

/// A random permutation of 0 … n-1 (n <= 2^32), the same for every thread count.
std::vector<std::uint32_t> permutation(const Stream& stream, std::uint64_t n);

/// The standard deviation s before the cut of the law.
/// @throws Error bad_value for parameters outside their domain.
double std_dev_before_cut(const TruncatedNormal& law);

}  // namespace fanin::random
