// Whole tiles of a stream, by the widest vectors the processor has. Private to this room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "fanin/random/philox.hpp"
#include "fanin/random/plan.hpp"

namespace fanin::random::kernels {

/// What every block of a run of tiles has in common, with the first two rounds worked out as far as
/// they do not depend on the low 32 bits of the block number.
struct Rounds {
  std::uint32_t first_block = 0;   ///< the low 32 bits
  std::uint32_t round1_word2 = 0;  ///< xor into word 2 of round 1
  std::uint32_t round2_word0 = 0;  ///< xor into words 0 and 2 of round 2
  std::uint32_t round2_word2 = 0;
  std::uint32_t round3_word2 = 0;                   ///< xor into word 2 of round 3
  std::array<std::uint32_t, kPhiloxRounds> key0{};  ///< the key of every round
  std::array<std::uint32_t, kPhiloxRounds> key1{};
};

/// For blocks from `first_block` on, as far as their upper 32 bits stay the same.
Rounds rounds_of(const Stream& stream, std::uint64_t first_block) noexcept;

/// Writes `count` whole tiles, the first being `tile`. `past_caches` stores around the caches and needs `out` aligned
/// to 64 bytes; otherwise any alignment will do.
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const UniformPlan<float>& plan, float* out,
                bool past_caches) noexcept;
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const NormalPlan<float>& plan, float* out,
                bool past_caches) noexcept;
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const TruncatedPlan<float>& plan,
                float* out, bool past_caches) noexcept;
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const BernoulliPlan<float>& plan,
                float* out, bool past_caches) noexcept;
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const UniformPlan<double>& plan,
                double* out, bool past_caches) noexcept;
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const NormalPlan<double>& plan,
                double* out, bool past_caches) noexcept;
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const TruncatedPlan<double>& plan,
                double* out, bool past_caches) noexcept;
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const BernoulliPlan<double>& plan,
                double* out, bool past_caches) noexcept;

/// Rounds a multiple of 64 values to 16 bits, to nearest even. `values` is aligned to 64 bytes, and so is `out` where
/// `past_caches` asks for stores around the caches.
void round_to_bf16(const float* values, std::size_t count, std::byte* out, bool past_caches) noexcept;
void round_to_f16(const float* values, std::size_t count, std::byte* out, bool past_caches) noexcept;

/// "AVX3", "AVX2", …: the instruction set that the calls above run on.
const char* target_name() noexcept;

}  // namespace fanin::random::kernels
