// The kernels against the definition: the same bits on every instruction set, for every slice,
// alignment, output type and thread count.
#include "fanin/random/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/random/reference.hpp"
#include "fanin/random/rounding.hpp"
#include "fanin/random/stream.hpp"
#include "fanin/random/targets_for_test.hpp"

namespace fanin::random {
namespace {

using Bytes = std::vector<std::byte>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kTile = reference::kTileElements;

template <typename T, typename LawType>
void append_by_definition(const Stream& stream, std::uint64_t first, std::size_t count, const LawType& law, DType dtype,
                          Bytes& out) {
  const auto plan = plan_of<T>(law, dtype);
  for (std::uint64_t i = first; i < first + count; ++i) {
    const T value = reference::tile_values<T>(stream, i / kTile, plan)[i % kTile];
    const auto append = [&](auto bits) {
      const auto* bytes = reinterpret_cast<const std::byte*>(&bits);
      out.insert(out.end(), bytes, bytes + sizeof bits);
    };
    const auto single = static_cast<float>(value);
    if (dtype == DType::f64) append(value);
    if (dtype == DType::f32) append(single);
    if (dtype == DType::bf16) append(to_bf16(single));
    if (dtype == DType::f16) append(to_f16(single));
  }
}

Bytes by_definition(const Stream& stream, std::uint64_t first, std::size_t count, const Law& law, DType dtype) {
  Bytes bytes;
  std::visit(
      [&](const auto& one) {
        bool wide = dtype == DType::f64;
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, TruncatedNormal>) wide = wide || !fits_f32(one);
        if (wide) {
          append_by_definition<double>(stream, first, count, one, dtype, bytes);
        } else {
          append_by_definition<float>(stream, first, count, one, dtype, bytes);
        }
      },
      law);
  return bytes;
}

const std::vector<Law>& laws() {
  static const std::vector<Law> all = {
      Uniform{},
      Uniform{.low = -0.05, .high = 0.05},
      Uniform{.low = 1000, .high = 1000.001},  // the clamp works
      Normal{},
      Normal{.mean = 0.3, .std_dev = 0.02},
      Normal{.mean = -2, .std_dev = 0},
      TruncatedNormal{},
      TruncatedNormal{.mean = 1, .std_dev = 0.02, .corrected = false},
      TruncatedNormal{.low = -kInfinity, .high = kInfinity},
      TruncatedNormal{.low = -5, .high = 0.5, .corrected = false},
      TruncatedNormal{.low = 0, .high = 9},
      TruncatedNormal{.low = 3, .high = 5, .corrected = false},
      TruncatedNormal{.low = -kInfinity, .high = -8, .corrected = false},
      TruncatedNormal{.low = 30, .high = 31, .corrected = false},
      Bernoulli{.probability = 0.3, .on = 1.25, .off = -2},
      Bernoulli{.probability = 1},
      Bernoulli{.probability = 0},
  };
  return all;
}

constexpr DType kTypes[] = {DType::f32, DType::f64, DType::bf16, DType::f16};

TEST(Kernels, GiveTheBitsOfTheDefinitionOnEveryTarget) {
  const Stream stream(0x123456789ABCDEF0, "layer1.weight");
  constexpr std::size_t kCount = 11 * kTile;  // groups of tiles and what is left of them
  for (const Law& law : laws()) {
    for (const DType dtype : kTypes) {
      const Bytes expected = by_definition(stream, 0, kCount, law, dtype);
      on_every_target([&](const std::string& target) {
        EXPECT_EQ(simd_target(), target);
        Bytes values(expected.size());
        fill(stream, 0, law, dtype, values);
        EXPECT_TRUE(values == expected) << "law " << law.index() << ", " << to_string(dtype);
      });
    }
  }
}

TEST(Kernels, GiveTheSameBitsForEverySliceAndAlignment) {
  const Stream stream(7, "slices");
  constexpr std::size_t kCount = 700;
  constexpr std::size_t kGuard = 64;
  for (const DType dtype : kTypes) {
    const std::size_t bytes = size_of(dtype);
    for (const Law& law : {Law(Normal{}), Law(TruncatedNormal{}), Law(Uniform{})}) {
      const Bytes whole = by_definition(stream, 0, kCount, law, dtype);
      on_every_target([&](const std::string&) {
        for (std::size_t first : {0, 1, 15, 63, 64, 65, 100, 127, 128, 319, 640}) {
          for (std::size_t count : {0, 1, 2, 17, 63, 64, 65, 129, 300, 380}) {
            if (first + count > kCount) continue;
            const std::size_t shift = (first * 5 + count * 3) % kGuard;  // in bytes: odd addresses too
            Bytes room(count * bytes + 2 * kGuard, std::byte{0xA5});
            fill(stream, first, law, dtype, std::span(room).subspan(shift, count * bytes));
            EXPECT_TRUE(std::equal(room.begin() + static_cast<std::ptrdiff_t>(shift),
                                   room.begin() + static_cast<std::ptrdiff_t>(shift + count * bytes),
                                   whole.begin() + static_cast<std::ptrdiff_t>(first * bytes)))
                << "elements " << first << " + " << count << ", shift " << shift;
            const auto untouched = [](std::byte value) { return value == std::byte{0xA5}; };
            EXPECT_TRUE(std::all_of(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(shift), untouched));
            EXPECT_TRUE(
                std::all_of(room.begin() + static_cast<std::ptrdiff_t>(shift + count * bytes), room.end(), untouched));
          }
        }
      });
    }
  }
}

TEST(Kernels, GiveTheSameBitsForEveryThreadCountAndPastTheCaches) {
  const Stream stream(1, "large");
  constexpr std::size_t kCount = (std::size_t{5} << 20) + 77;  // 20 MiB of f32: stored around the caches
  std::vector<float> room(kCount + 32);
  for (const std::size_t shift : {std::size_t{0}, std::size_t{1}}) {
    auto* aligned = reinterpret_cast<float*>((reinterpret_cast<std::uintptr_t>(room.data()) + 63) / 64 * 64);
    const std::span<float> out(aligned + shift, kCount);
    std::vector<float> expected(kCount);
    for (std::size_t i = 0; i < kCount; i += 100000) {  // pieces too small for the caches to matter
      fill(stream, 5 + i, Normal{}, std::span(expected).subspan(i, std::min<std::size_t>(100000, kCount - i)));
    }
    for (const unsigned threads : {1U, 2U, 3U, 7U}) {
      std::fill(out.begin(), out.end(), 0.0F);
      fill(stream, 5, Normal{}, out, threads);
      EXPECT_TRUE(std::memcmp(out.data(), expected.data(), kCount * sizeof(float)) == 0)
          << threads << " threads, shift " << shift;
    }
  }
}

TEST(Kernels, ReachEveryElementOfAStream) {
  const Stream stream(3, "huge");
  // The upper half of the block number changes at element 2^34; 2^62 is the end.
  for (const std::uint64_t first :
       {(std::uint64_t{1} << 34) - 200, (std::uint64_t{1} << 40) + 3, (std::uint64_t{1} << 62) - 400}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Bytes expected = by_definition(stream, first, 400, Normal{}, dtype);
      on_every_target([&](const std::string&) {
        Bytes values(expected.size());
        fill(stream, first, Normal{}, dtype, values);
        EXPECT_TRUE(values == expected) << first;
      });
    }
  }
}

TEST(Kernels, RefuseImpossibleRequests) {
  const Stream stream(0, "");
  std::vector<float> out(4);
  const auto code_of = [&](std::uint64_t first, const Law& law, DType dtype, std::size_t bytes, unsigned threads) {
    try {
      fill(stream, first, law, dtype, std::as_writable_bytes(std::span(out)).first(bytes), threads);
    } catch (const Error& error) {
      return to_string(error.code());
    }
    return std::string_view("no error");
  };
  EXPECT_EQ(code_of(0, Uniform{}, DType::f32, 16, 1), "no error");
  EXPECT_EQ(code_of(0, Uniform{}, DType::f32, 15, 1), "bad_value");
  EXPECT_EQ(code_of(0, Uniform{}, DType::i32, 16, 1), "unsupported");
  EXPECT_EQ(code_of(0, Uniform{}, DType::f32, 16, 0), "bad_value");
  EXPECT_EQ(code_of(~std::uint64_t{0}, Uniform{}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Uniform{.low = 1, .high = 0}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Uniform{.low = 0, .high = kInfinity}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Uniform{.low = 0, .high = 1e39}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Uniform{.low = 0, .high = 1e39}, DType::f64, 16, 1), "no error");
  EXPECT_EQ(code_of(0, Uniform{.low = 0, .high = 70000}, DType::f16, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Normal{.std_dev = -1}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Normal{.mean = std::nan("")}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, TruncatedNormal{.low = 2, .high = 2}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, TruncatedNormal{.low = 38, .high = 40}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, TruncatedNormal{.low = std::nan("")}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Bernoulli{.probability = 1.5}, DType::f32, 16, 1), "bad_value");
  EXPECT_EQ(code_of(0, Bernoulli{.probability = std::nan("")}, DType::f32, 16, 1), "bad_value");
}

}  // namespace
}  // namespace fanin::random
