#include "fanin/random/kernels.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/random/kernels.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "fanin/random/laws-inl.hpp"
#include "fanin/random/philox-inl.hpp"
#include "fanin/random/reference.hpp"
#include "fanin/random/rounding.hpp"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fanin::random::kernels {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR  // A processor without vectors runs the definition itself.

template <typename T, typename Plan>
void fill(const Stream& stream, std::uint64_t tile, std::size_t count, const Plan& plan, T* out, bool) {
  for (std::size_t i = 0; i < count; ++i, out += reference::kTileElements) {
    const auto values = reference::tile_values<T>(stream, tile + i, plan);
    std::copy(values.begin(), values.end(), out);
  }
}

void bf16_of(const float* values, std::size_t count, std::byte* out, bool) {
  for (std::size_t i = 0; i < count; ++i, out += 2) {
    const std::uint16_t bits = to_bf16(values[i]);
    std::memcpy(out, &bits, sizeof bits);
  }
}
void f16_of(const float* values, std::size_t count, std::byte* out, bool) {
  for (std::size_t i = 0; i < count; ++i, out += 2) {
    const std::uint16_t bits = to_f16(values[i]);
    std::memcpy(out, &bits, sizeof bits);
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;
constexpr std::size_t kWordStride = reference::kTileBlocks;  // elements between the words of a tile
constexpr std::size_t kTile = reference::kTileElements;
constexpr std::uint64_t kProductStep = std::uint64_t{kPhiloxMultiplier0} * reference::kTileBlocks;

template <bool PastCaches, typename T, typename V>
HWY_INLINE void store(V value, T* HWY_RESTRICT out) noexcept {
  if constexpr (PastCaches) {
    hn::Stream(value, Lanes<T>(), out);
  } else {
    hn::StoreU(value, Lanes<T>(), out);
  }
}

template <bool PastCaches, typename T, typename LawType, typename V>
HWY_INLINE void store_values(const V (&words)[4], const LawType& law, T* HWY_RESTRICT out) noexcept {
  hn::Vec<Lanes<T> > values[4];
  law(words, values);
  FANIN_RANDOM_UNROLL
  for (std::size_t i = 0; i < 4; ++i) store<PastCaches>(values[i], out + i * kWordStride);
}

// The products of the block numbers first, first + step, ... with the first multiplier.
HWY_INLINE V64 block_products(std::size_t first, std::uint64_t step) noexcept {
  const D64 d;
  const V64 lane = hn::Iota(d, 0);
  const V64 offset = step == 2 ? hn::Add(lane, lane) : lane;
  return product(hn::Add(hn::Set(d, std::uint64_t{first}), offset), kPhiloxMultiplier0);
}

// Tiles that advance together: enough to hide the latency of a product, few enough for the registers.
constexpr std::size_t kTogether = HWY_TARGET <= HWY_AVX3 ? 4 : 1;
constexpr std::size_t kTogetherF64 = HWY_TARGET <= HWY_AVX3 ? 2 : 1;  // each with two vectors of words

template <std::size_t Together, bool PastCaches, typename LawType>
HWY_INLINE void fill_some(V64 (&products)[2], std::size_t count, const Rounds& rounds, const LawType& law,
                          float* HWY_RESTRICT out) noexcept {
  const V64 step = hn::Set(D64(), kProductStep);
  for (std::size_t tile = 0; tile + Together <= count; tile += Together) {
    V64 product[2 * Together];
    Words words[2 * Together];
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < 2 * Together; ++i) {
      product[i] = products[i % 2];
      products[i % 2] = hn::Add(products[i % 2], step);
    }
    nine_rounds(product, rounds, words);
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < Together; ++i) {
      V32 merged[4];
      last_round(words[2 * i], words[2 * i + 1], rounds, merged);
      store_values<PastCaches>(merged, law, out + (tile + i) * kTile);
    }
  }
}

template <bool PastCaches, typename LawType>
HWY_INLINE void fill_tiles_of(const Stream& stream, std::uint64_t first_tile, std::size_t count,
                              const LawType& shared_law, float* HWY_RESTRICT out) noexcept {
  const Rounds rounds = rounds_of(stream, first_tile * kWordStride);
  const LawType law = shared_law;  // a copy that no store through `out` can change
  for (std::size_t part = 0; part < kWordStride; part += hn::Lanes(D32())) {
    V64 products[2] = {block_products(rounds.first_block + part, 2), block_products(rounds.first_block + part + 1, 2)};
    const std::size_t grouped = count / kTogether * kTogether;
    fill_some<kTogether, PastCaches>(products, grouped, rounds, law, out + part);
    fill_some<1, PastCaches>(products, count - grouped, rounds, law, out + grouped * kTile + part);
  }
}

HWY_INLINE V64 wide(V64 high, V64 low) noexcept {
  return hn::Or(hn::ShiftLeft<32>(high), hn::And(low, hn::Set(D64(), 0xFFFFFFFFU)));
}

template <std::size_t Together, bool PastCaches, typename LawType>
HWY_INLINE void fill_some(V64& products, std::size_t count, const Rounds& high_rounds, const Rounds& low_rounds,
                          const LawType& law, double* HWY_RESTRICT out) noexcept {
  const V64 step = hn::Set(D64(), kProductStep);
  for (std::size_t tile = 0; tile + Together <= count; tile += Together) {
    V64 product[Together];
    Words high[Together];
    Words low[Together];
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < Together; ++i) {
      product[i] = products;
      products = hn::Add(products, step);
    }
    nine_rounds(product, high_rounds, high);
    nine_rounds(product, low_rounds, low);
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < Together; ++i) {
      const Words upper_words = last_round(high[i], high_rounds);
      const Words lower_words = last_round(low[i], low_rounds);
      const V64 words[4] = {wide(upper_words.word0, lower_words.word0), wide(upper_words.word1, lower_words.word1),
                            wide(upper_words.word2, lower_words.word2), wide(upper_words.word3, lower_words.word3)};
      store_values<PastCaches>(words, law, out + (tile + i) * kTile);
    }
  }
}

template <bool PastCaches, typename LawType>
HWY_INLINE void fill_tiles_of(const Stream& stream, std::uint64_t first_tile, std::size_t count,
                              const LawType& shared_law, double* HWY_RESTRICT out) noexcept {
  const Rounds high_rounds = rounds_of(stream, first_tile * kWordStride);
  const Rounds low_rounds = rounds_of(stream, first_tile * kWordStride | reference::kLowWordBlocks);
  const LawType law = shared_law;
  for (std::size_t part = 0; part < kWordStride; part += hn::Lanes(D64())) {
    V64 products = block_products(high_rounds.first_block + part, 1);
    const std::size_t grouped = count / kTogetherF64 * kTogetherF64;
    fill_some<kTogetherF64, PastCaches>(products, grouped, high_rounds, low_rounds, law, out + part);
    fill_some<1, PastCaches>(products, count - grouped, high_rounds, low_rounds, law, out + grouped * kTile + part);
  }
}

template <typename T, typename LawType>
HWY_INLINE void fill_with(const Stream& stream, std::uint64_t tile, std::size_t count, const LawType& law, T* out,
                          bool past_caches) noexcept {
  if (past_caches) {
    fill_tiles_of<true>(stream, tile, count, law, out);
    hwy::FlushStream();
  } else {
    fill_tiles_of<false>(stream, tile, count, law, out);
  }
}

template <typename T>
HWY_INLINE void fill(const Stream& stream, std::uint64_t tile, std::size_t count, const UniformPlan<T>& plan, T* out,
                     bool past_caches) noexcept {
  if (plan.clamped) {
    fill_with(stream, tile, count, UniformLaw<T, true>{plan}, out, past_caches);
  } else {
    fill_with(stream, tile, count, UniformLaw<T, false>{plan}, out, past_caches);
  }
}
template <typename T>
HWY_INLINE void fill(const Stream& stream, std::uint64_t tile, std::size_t count, const NormalPlan<T>& plan, T* out,
                     bool past_caches) noexcept {
  fill_with(stream, tile, count, NormalLaw<T>{plan}, out, past_caches);
}
template <typename T>
HWY_INLINE void fill(const Stream& stream, std::uint64_t tile, std::size_t count, const TruncatedPlan<T>& plan, T* out,
                     bool past_caches) noexcept {
  if (plan.has_tail) {
    fill_with(stream, tile, count, TruncatedLaw<T, true>{plan}, out, past_caches);
  } else {
    fill_with(stream, tile, count, TruncatedLaw<T, false>{plan}, out, past_caches);
  }
}
template <typename T>
HWY_INLINE void fill(const Stream& stream, std::uint64_t tile, std::size_t count, const BernoulliPlan<T>& plan, T* out,
                     bool past_caches) noexcept {
  fill_with(stream, tile, count, BernoulliLaw<T>{plan}, out, past_caches);
}

HWY_INLINE V32 bf16_bits(V32 bits) noexcept {
  const D32 d;
  const V32 odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1));
  return hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(d, 0x7FFF)), odd));
}

// The steps of to_f16 in rounding.cpp, both branches at once.
HWY_INLINE V32 f16_bits(V32 bits) noexcept {
  const D32 d;
  const hn::RebindToFloat<D32> df;
  const hn::RebindToSigned<D32> di;
  const V32 sign = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 0x8000));
  const V32 magnitude = hn::And(bits, hn::Set(d, 0x7FFFFFFF));
  const V32 odd = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(d, 1));
  const V32 shifted = hn::Add(hn::Sub(magnitude, hn::Set(d, 0x38000000)), hn::Add(hn::Set(d, 0x0FFF), odd));
  const V32 small =
      hn::Sub(hn::BitCast(d, hn::Add(hn::BitCast(df, magnitude), hn::Set(df, 0.5F))), hn::Set(d, 0x3F000000));
  const auto size = hn::BitCast(di, magnitude);
  const auto is_small = hn::RebindMask(d, hn::Lt(size, hn::Set(di, 0x38800000)));
  const auto is_large = hn::RebindMask(d, hn::Gt(size, hn::Set(di, 0x477FFFFF)));
  const V32 half = hn::IfThenElse(is_small, small, hn::ShiftRight<13>(shifted));
  return hn::Or(hn::IfThenElse(is_large, hn::Set(d, 0x7C00), half), sign);
}

struct ToBf16 {
  HWY_INLINE V32 operator()(V32 bits) const noexcept { return bf16_bits(bits); }
};
struct ToF16 {
  HWY_INLINE V32 operator()(V32 bits) const noexcept { return f16_bits(bits); }
};

template <typename Rounding>
HWY_INLINE void round_all(const float* HWY_RESTRICT values, std::size_t count, std::byte* HWY_RESTRICT out,
                          bool past_caches, const Rounding& rounding) noexcept {
  const D32 d;
  const hn::RebindToSigned<D32> di;
  const hn::Rebind<std::uint16_t, D32> d16;
  const hn::Repartition<std::uint8_t, decltype(d16)> d8;
  auto* bytes = reinterpret_cast<std::uint8_t*>(out);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const V32 bits = rounding(hn::BitCast(d, hn::Load(hn::RebindToFloat<D32>(), values + i)));
    const auto halves = hn::BitCast(d8, hn::DemoteTo(d16, hn::BitCast(di, bits)));
    if (past_caches) {
      hn::Stream(halves, d8, bytes + 2 * i);
    } else {
      hn::StoreU(halves, d8, bytes + 2 * i);
    }
  }
  if (past_caches) hwy::FlushStream();
}

void bf16_of(const float* values, std::size_t count, std::byte* out, bool past_caches) {
  round_all(values, count, out, past_caches, ToBf16());
}
void f16_of(const float* values, std::size_t count, std::byte* out, bool past_caches) {
  round_all(values, count, out, past_caches, ToF16());
}

#endif

void uniform_f32(const Stream& stream, std::uint64_t tile, std::size_t count, const UniformPlan<float>& plan,
                 float* out, bool past_caches) {
  fill<float>(stream, tile, count, plan, out, past_caches);
}
void normal_f32(const Stream& stream, std::uint64_t tile, std::size_t count, const NormalPlan<float>& plan, float* out,
                bool past_caches) {
  fill<float>(stream, tile, count, plan, out, past_caches);
}
void truncated_f32(const Stream& stream, std::uint64_t tile, std::size_t count, const TruncatedPlan<float>& plan,
                   float* out, bool past_caches) {
  fill<float>(stream, tile, count, plan, out, past_caches);
}
void bernoulli_f32(const Stream& stream, std::uint64_t tile, std::size_t count, const BernoulliPlan<float>& plan,
                   float* out, bool past_caches) {
  fill<float>(stream, tile, count, plan, out, past_caches);
}
void uniform_f64(const Stream& stream, std::uint64_t tile, std::size_t count, const UniformPlan<double>& plan,
                 double* out, bool past_caches) {
  fill<double>(stream, tile, count, plan, out, past_caches);
}
void normal_f64(const Stream& stream, std::uint64_t tile, std::size_t count, const NormalPlan<double>& plan,
                double* out, bool past_caches) {
  fill<double>(stream, tile, count, plan, out, past_caches);
}
void truncated_f64(const Stream& stream, std::uint64_t tile, std::size_t count, const TruncatedPlan<double>& plan,
                   double* out, bool past_caches) {
  fill<double>(stream, tile, count, plan, out, past_caches);
}
void bernoulli_f64(const Stream& stream, std::uint64_t tile, std::size_t count, const BernoulliPlan<double>& plan,
                   double* out, bool past_caches) {
  fill<double>(stream, tile, count, plan, out, past_caches);
}

const char* name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace fanin::random::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::random::kernels {
HWY_EXPORT(uniform_f32);
HWY_EXPORT(normal_f32);
HWY_EXPORT(truncated_f32);
HWY_EXPORT(bernoulli_f32);
HWY_EXPORT(uniform_f64);
HWY_EXPORT(normal_f64);
HWY_EXPORT(truncated_f64);
HWY_EXPORT(bernoulli_f64);
HWY_EXPORT(bf16_of);
HWY_EXPORT(f16_of);
HWY_EXPORT(name);

Rounds rounds_of(const Stream& stream, std::uint64_t first_block) noexcept {
  Rounds rounds;
  rounds.first_block = static_cast<std::uint32_t>(first_block);
  auto key0 = static_cast<std::uint32_t>(stream.seed);
  auto key1 = static_cast<std::uint32_t>(stream.seed >> 32);
  for (std::size_t round = 0; round < kPhiloxRounds; ++round) {
    rounds.key0[round] = key0;
    rounds.key1[round] = key1;
    key0 += kPhiloxWeyl0;
    key1 += kPhiloxWeyl1;
  }
  const auto upper = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  const auto lower = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  // Words 0 and 1 after round 1 do not depend on word 0 of the counter; after round 2, word 3 does not.
  const std::uint64_t product1 = std::uint64_t{kPhiloxMultiplier1} * lower(stream.name_hash);
  const std::uint32_t word0 = upper(product1) ^ upper(first_block) ^ rounds.key0[0];
  const std::uint64_t product0 = std::uint64_t{kPhiloxMultiplier0} * word0;
  rounds.round1_word2 = upper(stream.name_hash) ^ rounds.key1[0];
  rounds.round2_word0 = lower(product1) ^ rounds.key0[1];
  rounds.round2_word2 = upper(product0) ^ rounds.key1[1];
  rounds.round3_word2 = lower(product0) ^ rounds.key1[2];
  return rounds;
}

namespace {

// Calls the kernel on runs of tiles in which the upper 32 bits of the block number stay the same.
template <typename T, typename Plan>
void in_runs(void (*kernel)(const Stream&, std::uint64_t, std::size_t, const Plan&, T*, bool), const Stream& stream,
             std::uint64_t tile, std::size_t count, const Plan& plan, T* out, bool past_caches) noexcept {
  constexpr std::uint64_t kTilesPerRun = (std::uint64_t{1} << 32) / reference::kTileBlocks;
  while (count > 0) {
    const std::uint64_t room = kTilesPerRun - tile % kTilesPerRun;
    const std::size_t now = count < room ? count : static_cast<std::size_t>(room);
    kernel(stream, tile, now, plan, out, past_caches);
    tile += now;
    count -= now;
    out += now * reference::kTileElements;
  }
}

}  // namespace

void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const UniformPlan<float>& plan, float* out,
                bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(uniform_f32), stream, tile, count, plan, out, past_caches);
}
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const NormalPlan<float>& plan, float* out,
                bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(normal_f32), stream, tile, count, plan, out, past_caches);
}
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const TruncatedPlan<float>& plan,
                float* out, bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(truncated_f32), stream, tile, count, plan, out, past_caches);
}
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const BernoulliPlan<float>& plan,
                float* out, bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(bernoulli_f32), stream, tile, count, plan, out, past_caches);
}
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const UniformPlan<double>& plan,
                double* out, bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(uniform_f64), stream, tile, count, plan, out, past_caches);
}
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const NormalPlan<double>& plan,
                double* out, bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(normal_f64), stream, tile, count, plan, out, past_caches);
}
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const TruncatedPlan<double>& plan,
                double* out, bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(truncated_f64), stream, tile, count, plan, out, past_caches);
}
void fill_tiles(const Stream& stream, std::uint64_t tile, std::size_t count, const BernoulliPlan<double>& plan,
                double* out, bool past_caches) noexcept {
  in_runs(&HWY_DYNAMIC_DISPATCH(bernoulli_f64), stream, tile, count, plan, out, past_caches);
}

void round_to_bf16(const float* values, std::size_t count, std::byte* out, bool past_caches) noexcept {
  HWY_DYNAMIC_DISPATCH(bf16_of)(values, count, out, past_caches);
}
void round_to_f16(const float* values, std::size_t count, std::byte* out, bool past_caches) noexcept {
  HWY_DYNAMIC_DISPATCH(f16_of)(values, count, out, past_caches);
}
const char* target_name() noexcept { return HWY_DYNAMIC_DISPATCH(name)(); }

}  // namespace fanin::random::kernels
#endif
