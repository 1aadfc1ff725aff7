#include "fanin/random/stream.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>

#include "fanin/core/error.hpp"
#include "fanin/random/kernels.hpp"
#include "fanin/random/parallel.hpp"
#include "fanin/random/plan.hpp"
#include "fanin/random/reference.hpp"

namespace fanin::random {
namespace {

using reference::kTileElements;

// Tiles made at a time when their values are converted on the way: 16 KiB of f32, within the first cache.
constexpr std::size_t kStageTiles = 64;
constexpr std::size_t kStageElements = kStageTiles * kTileElements;
// From this size on a tensor does not stay in the caches anyway, and is stored around them.
constexpr std::size_t kPastCachesBytes = std::size_t{16} << 20;
// A thread is worth starting for this many elements.
constexpr std::uint64_t kGrain = std::uint64_t{1} << 16;
constexpr std::size_t kVectorBytes = 64;

bool is_aligned(const void* address) noexcept { return reinterpret_cast<std::uintptr_t>(address) % kVectorBytes == 0; }

// `count` values as elements of the output type. `out` may have any alignment.
void convert(const float* values, std::size_t count, DType dtype, std::byte* out, bool past_caches) noexcept {
  if (dtype == DType::f32) {
    std::memcpy(out, values, count * sizeof(float));
  } else if (dtype == DType::bf16) {
    kernels::round_to_bf16(values, count, out, past_caches && is_aligned(out));
  } else {
    kernels::round_to_f16(values, count, out, past_caches && is_aligned(out));
  }
}
void convert(const double* values, std::size_t count, DType dtype, std::byte* out, bool past_caches) noexcept {
  if (dtype == DType::f64) {
    std::memcpy(out, values, count * sizeof(double));
    return;
  }
  alignas(kVectorBytes) float singles[kStageElements];
  std::transform(values, values + count, singles, [](double value) { return static_cast<float>(value); });
  convert(singles, count, dtype, out, past_caches);
}

// Elements first to first + count; T is the arithmetic type.
template <typename T, typename Plan>
void fill_slice(const Stream& stream, std::uint64_t first, std::uint64_t count, const Plan& plan, DType dtype,
                std::byte* out, bool past_caches) noexcept {
  alignas(kVectorBytes) T stage[kStageElements];
  alignas(kVectorBytes) std::byte converted[kTileElements * sizeof(T)];
  const std::size_t bytes = size_of(dtype);
  const bool native = bytes == sizeof(T);
  const std::uint64_t end = first + count;
  for (std::uint64_t i = first; i < end;) {
    const std::uint64_t tile = i / kTileElements;
    const std::uint64_t skip = i % kTileElements;
    std::uint64_t take = 0;
    if (skip != 0 || end - i < kTileElements) {  // part of a tile
      take = std::min(kTileElements - skip, end - i);
      kernels::fill_tiles(stream, tile, 1, plan, stage, false);
      convert(stage, kTileElements, dtype, converted, false);
      std::memcpy(out, converted + skip * bytes, take * bytes);
    } else {
      std::uint64_t tiles = (end - i) / kTileElements;
      if (native && reinterpret_cast<std::uintptr_t>(out) % sizeof(T) == 0) {
        kernels::fill_tiles(stream, tile, tiles, plan, reinterpret_cast<T*>(out), past_caches && is_aligned(out));
      } else {
        tiles = std::min<std::uint64_t>(tiles, kStageTiles);
        kernels::fill_tiles(stream, tile, tiles, plan, stage, false);
        convert(stage, tiles * kTileElements, dtype, out, past_caches);
      }
      take = tiles * kTileElements;
    }
    i += take;
    out += take * bytes;
  }
}

template <typename T, typename LawType>
void fill_as(const Stream& stream, std::uint64_t first, const LawType& law, DType dtype, std::span<std::byte> out,
             unsigned threads) {
  const auto plan = plan_of<T>(law, dtype);
  const std::size_t bytes = size_of(dtype);
  const bool past_caches = out.size() >= kPastCachesBytes;
  // Shared at the borders of tiles, so that no tile is made twice.
  const std::uint64_t head = first % kTileElements;
  share(head + out.size() / bytes, kGrain, threads, [&](std::uint64_t from, std::uint64_t to) {
    from = std::max(from, head);
    if (from >= to) return;
    fill_slice<T>(stream, first - head + from, to - from, plan, dtype, out.data() + (from - head) * bytes, past_caches);
  });
}

template <typename LawType>
bool needs_f64(const LawType& law) noexcept {
  if constexpr (std::is_same_v<LawType, TruncatedNormal>) {
    return !fits_f32(law);
  } else {
    return false;
  }
}

void check_request(std::uint64_t first, DType dtype, std::size_t bytes, unsigned threads) {
  constexpr const char* kWhere = "random stream";
  constexpr std::uint64_t kLast = std::uint64_t{1} << 62;
  const std::string type{to_string(dtype)};
  if (dtype != DType::f32 && dtype != DType::f64 && dtype != DType::bf16 && dtype != DType::f16) {
    throw Error(ErrorCode::unsupported, kWhere,
                "values of type " + type + " were asked for; use f32, f64, bf16 or f16");
  }
  if (bytes % size_of(dtype) != 0) {
    throw Error(ErrorCode::bad_value, kWhere,
                std::to_string(bytes) + " bytes are not a whole number of " + type + " elements");
  }
  if (threads == 0) throw Error(ErrorCode::bad_value, kWhere, "0 threads were asked for; use at least 1");
  const std::uint64_t count = bytes / size_of(dtype);
  if (first > kLast || count > kLast - first) {
    throw Error(ErrorCode::bad_value, kWhere,
                std::to_string(count) + " elements from element " + std::to_string(first) +
                    " on were asked for; a stream holds 2^62");
  }
}

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
  check_request(first, dtype, out.size(), threads);
  std::visit(
      [&](const auto& one) {
        if (dtype == DType::f64 || needs_f64(one)) {
          fill_as<double>(stream, first, one, dtype, out, threads);
        } else {
          fill_as<float>(stream, first, one, dtype, out, threads);
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

const char* simd_target() noexcept { return kernels::target_name(); }

}  // namespace fanin::random
