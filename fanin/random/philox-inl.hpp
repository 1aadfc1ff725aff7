// Philox4x32-10 on vectors: one block in each 64-bit lane.
#if defined(FANIN_RANDOM_PHILOX_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FANIN_RANDOM_PHILOX_INL_HPP
#undef FANIN_RANDOM_PHILOX_INL_HPP
#else
#define FANIN_RANDOM_PHILOX_INL_HPP
#endif

#include "fanin/random/kernels.hpp"
#include "fanin/random/unroll.hpp"
#include "hwy/highway.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace fanin::random::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D32 = hn::CappedTag<std::uint32_t, 16>;
using D64 = hn::Repartition<std::uint64_t, D32>;
using V32 = hn::Vec<D32>;
using V64 = hn::Vec<D64>;

/// The low 32 bits of each lane are a word of a block; the upper ones are left over.
struct Words {
  V64 word0;
  V64 word1;
  V64 word2;
  V64 word3;
};

HWY_INLINE V64 same32(std::uint32_t value) noexcept { return hn::BitCast(D64(), hn::Set(D32(), value)); }

// The product of the low 32 bits of each lane with `multiplier`: high half over low half.
HWY_INLINE V64 product(V64 word, std::uint32_t multiplier) noexcept {
  return hn::MulEven(hn::BitCast(D32(), word), hn::Set(D32(), multiplier));
}
// The high half of each lane in the low half; what is left in the upper one does not matter. A shuffle,
// because shifts compete with the products.
HWY_INLINE V64 upper(V64 value) noexcept { return hn::BitCast(D64(), hn::Shuffle2301(hn::BitCast(D32(), value))); }

/// Rounds 1 to 9 of several vectors of blocks, from the products of the block numbers with the first multiplier.
/// The vectors advance together, since one alone would wait for its own products.
template <std::size_t Sets>
HWY_INLINE void nine_rounds(const V64 (&block_product)[Sets], const Rounds& rounds, Words (&words)[Sets]) noexcept {
  FANIN_RANDOM_UNROLL
  for (std::size_t i = 0; i < Sets; ++i) {
    const V64 word2_1 = hn::Xor(upper(block_product[i]), same32(rounds.round1_word2));
    words[i].word1 = product(word2_1, kPhiloxMultiplier1);
    words[i].word0 = hn::Xor(upper(words[i].word1), same32(rounds.round2_word0));
    words[i].word2 = hn::Xor(block_product[i], same32(rounds.round2_word2));
  }
  FANIN_RANDOM_UNROLL
  for (std::size_t i = 0; i < Sets; ++i) {
    const V64 product0 = product(words[i].word0, kPhiloxMultiplier0);
    const V64 product1 = product(words[i].word2, kPhiloxMultiplier1);
    words[i] = {hn::Xor3(upper(product1), words[i].word1, same32(rounds.key0[2])), product1,
                hn::Xor(upper(product0), same32(rounds.round3_word2)), product0};
  }
  FANIN_RANDOM_UNROLL
  for (std::size_t round = 3; round < kPhiloxRounds - 1; ++round) {
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < Sets; ++i) {
      const V64 product0 = product(words[i].word0, kPhiloxMultiplier0);
      const V64 product1 = product(words[i].word2, kPhiloxMultiplier1);
      words[i] = {hn::Xor3(upper(product1), words[i].word1, same32(rounds.key0[round])), product1,
                  hn::Xor3(upper(product0), words[i].word3, same32(rounds.key1[round])), product0};
    }
  }
}

/// The last round of one block a lane.
HWY_INLINE Words last_round(const Words& words, const Rounds& rounds) noexcept {
  const V64 product0 = product(words.word0, kPhiloxMultiplier0);
  const V64 product1 = product(words.word2, kPhiloxMultiplier1);
  return {hn::Xor3(upper(product1), words.word1, same32(rounds.key0[kPhiloxRounds - 1])), product1,
          hn::Xor3(upper(product0), words.word3, same32(rounds.key1[kPhiloxRounds - 1])), product0};
}

// Lanes of 32 bits: the lower halves of even and odd, or the upper ones, in turn.
HWY_INLINE V32 zip_lower(V64 even, V64 odd) noexcept {
  return hn::OddEven(hn::Shuffle2301(hn::BitCast(D32(), odd)), hn::BitCast(D32(), even));
}
HWY_INLINE V32 zip_upper(V64 even, V64 odd) noexcept {
  return hn::OddEven(hn::BitCast(D32(), odd), hn::Shuffle2301(hn::BitCast(D32(), even)));
}

/// The last round of the even and the odd blocks together: as many neighbouring elements as a vector holds, for each
/// of the four words.
HWY_INLINE void last_round(const Words& even, const Words& odd, const Rounds& rounds, V32 (&merged)[4]) noexcept {
  const D32 d;
  const V64 even0 = product(even.word0, kPhiloxMultiplier0);
  const V64 even1 = product(even.word2, kPhiloxMultiplier1);
  const V64 odd0 = product(odd.word0, kPhiloxMultiplier0);
  const V64 odd1 = product(odd.word2, kPhiloxMultiplier1);
  const V32 key0 = hn::Set(d, rounds.key0[kPhiloxRounds - 1]);
  const V32 key1 = hn::Set(d, rounds.key1[kPhiloxRounds - 1]);
  merged[0] = hn::Xor3(zip_upper(even1, odd1), zip_lower(even.word1, odd.word1), key0);
  merged[1] = zip_lower(even1, odd1);
  merged[2] = hn::Xor3(zip_upper(even0, odd0), zip_lower(even.word3, odd.word3), key1);
  merged[3] = zip_lower(even0, odd0);
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::random::kernels
HWY_AFTER_NAMESPACE();
#endif

#endif
