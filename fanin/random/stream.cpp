#include "fanin/random/stream.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/random/plan.hpp"
#include "fanin/random/reference.hpp"
#include "fanin/random/rounding.hpp"

namespace fanin::random {
namespace {

using reference::kTileElements;

void check_range(std::uint64_t first, std::uint64_t count) {
  constexpr std::uint64_t kLast = std::uint64_t{1} << 62;
  if (first > kLast || count > kLast - first) {
    throw Error(ErrorCode::bad_value, "random stream",
                "elements " + std::to_string(first) + " and " + std::to_string(count) +
                    " more were asked for; a stream holds 2^62");
  }
}

void store(float value, DType dtype, std::byte* out) noexcept {
  if (dtype == DType::f32) {
    std::memcpy(out, &value, sizeof value);
  } else {
    const std::uint16_t bits = dtype == DType::bf16 ? to_bf16(value) : to_f16(value);
    std::memcpy(out, &bits, sizeof bits);
  }
}
void store(double value, DType dtype, std::byte* out) noexcept {
  if (dtype == DType::f64) {
    std::memcpy(out, &value, sizeof value);
  } else {
    store(static_cast<float>(value), dtype, out);
  }
}

template <typename T, typename LawType>
void fill_as(const Stream& stream, std::uint64_t first, const LawType& law, DType dtype, std::span<std::byte> out) {
  const auto plan = plan_of<T>(law, dtype);
  const std::size_t bytes = size_of(dtype);
  const std::uint64_t end = first + out.size() / bytes;
  std::byte* target = out.data();
  for (std::uint64_t i = first; i < end;) {
    const std::uint64_t tile = i / kTileElements;
    const auto values = reference::tile_values<T>(stream, tile, plan);
    const std::uint64_t stop = std::min(end, (tile + 1) * kTileElements);
    for (; i < stop; ++i, target += bytes) store(values[i % kTileElements], dtype, target);
  }
}

template <typename LawType>
bool needs_f64(const LawType&) noexcept {
  return false;
}
bool needs_f64(const TruncatedNormal& law) noexcept { return !fits_f32(law); }

}  // namespace

std::uint64_t hash_name(std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3;
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
  hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
  return hash ^ (hash >> 33);
}

Stream::Stream(std::uint64_t seed_value, std::string_view name) noexcept
    : seed(seed_value), name_hash(hash_name(name)) {}

void fill(const Stream& stream, std::uint64_t first, const Law& law, DType dtype, std::span<std::byte> out,
          unsigned threads) {
  if (dtype != DType::f32 && dtype != DType::f64 && dtype != DType::bf16 && dtype != DType::f16) {
    throw Error(ErrorCode::unsupported, "random stream",
                "values of type " + std::string(to_string(dtype)) + " were asked for; use f32, f64, bf16 or f16");
  }
  if (out.size() % size_of(dtype) != 0) {
    throw Error(
        ErrorCode::bad_value, "random stream",
        std::to_string(out.size()) + " bytes are not a whole number of " + std::string(to_string(dtype)) + " elements");
  }
  if (threads == 0) throw Error(ErrorCode::bad_value, "random stream", "0 threads were asked for; use at least 1");
  check_range(first, out.size() / size_of(dtype));
  std::visit(
      [&](const auto& one) {
        if (dtype == DType::f64 || needs_f64(one)) {
          fill_as<double>(stream, first, one, dtype, out);
        } else {
          fill_as<float>(stream, first, one, dtype, out);
        }
      },
      law);
}

void fill(const Stream& stream, std::uint64_t first, const Law& law, std::span<float> out, unsigned threads) {
  fill(stream, first, law, DType::f32, std::as_writable_bytes(out), threads);
}
void fill(const Stream& stream, std::uint64_t first, const Law& law, std::span<double> out, unsigned threads) {
  fill(stream, first, law, DType::f64, std::as_writable_bytes(out), threads);
}

void fill_uniform(const Stream& stream, std::uint64_t first, const Uniform& law, std::span<float> out) {
  fill(stream, first, law, out);
}
void fill_normal(const Stream& stream, std::uint64_t first, const Normal& law, std::span<float> out) {
  fill(stream, first, law, out);
}
void fill_truncated_normal(const Stream& stream, std::uint64_t first, const TruncatedNormal& law,
                           std::span<float> out) {
  fill(stream, first, law, out);
}
void fill_bernoulli(const Stream& stream, std::uint64_t first, const Bernoulli& law, std::span<float> out) {
  fill(stream, first, law, out);
}

}  // namespace fanin::random
