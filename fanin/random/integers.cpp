// Whole numbers and permutations of a stream.
#include <algorithm>
#include <numeric>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/random/reference.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::random {
namespace {

using reference::kTileElements;

// The high 64 bits of a * b.
constexpr std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t kLow = 0xFFFFFFFF;
  const std::uint64_t low = (a & kLow) * (b & kLow);
  const std::uint64_t cross_a = (a >> 32) * (b & kLow) + (low >> 32);
  const std::uint64_t cross_b = (a & kLow) * (b >> 32) + (cross_a & kLow);
  return (a >> 32) * (b >> 32) + (cross_a >> 32) + (cross_b >> 32);
}

}  // namespace

void fill_integers(const Stream& stream, std::uint64_t first, std::uint64_t bound, std::span<std::uint64_t> out) {
  constexpr std::uint64_t kLast = std::uint64_t{1} << 62;
  if (bound == 0) throw Error(ErrorCode::bad_value, "integers", "the bound is 0, expected at least 1");
  if (first > kLast || out.size() > kLast - first) {
    throw Error(ErrorCode::bad_value, "integers",
                "element " + std::to_string(first) + " and the " + std::to_string(out.size()) +
                    " after it go beyond the 2^62 of a stream");
  }
  const std::uint64_t end = first + out.size();
  std::size_t written = 0;
  for (std::uint64_t i = first; i < end;) {
    const std::uint64_t tile = i / kTileElements;
    const auto words = reference::wide_tile_words(stream, tile);
    const std::uint64_t stop = std::min(end, (tile + 1) * kTileElements);
    for (; i < stop; ++i) out[written++] = multiply_high(words[i % kTileElements], bound);
  }
}

// Fisher-Yates from the top: position i swaps with a position in [0, i] chosen by element i.
std::vector<std::uint32_t> permutation(const Stream& stream, std::uint64_t n) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 32;
  if (n > kMost) {
    throw Error(ErrorCode::bad_value, "permutation",
                "a permutation of " + std::to_string(n) + " was asked for; at most 2^32 fit its 32-bit elements");
  }
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint64_t tile = (n + kTileElements - 1) / kTileElements; tile-- > 0;) {
    const auto words = reference::wide_tile_words(stream, tile);
    for (std::uint64_t i = std::min(n, (tile + 1) * kTileElements); i-- > tile * kTileElements;) {
      std::swap(order[i], order[multiply_high(words[i % kTileElements], i + 1)]);
    }
  }
  return order;
}

}  // namespace fanin::random
