// The laws on vectors: the operations of reference.hpp in the same order.
#if defined(FANIN_RANDOM_LAWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FANIN_RANDOM_LAWS_INL_HPP
#undef FANIN_RANDOM_LAWS_INL_HPP
#else
#define FANIN_RANDOM_LAWS_INL_HPP
#endif

#include <array>
#include <limits>

#include "fanin/random/coefficients.hpp"
#include "fanin/random/kernels.hpp"
#include "fanin/random/unroll.hpp"
#include "hwy/highway.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace fanin::random::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
using Lanes = hn::CappedTag<T, 64 / sizeof(T)>;

/// What happens to one vector of words, or two, for T = float or double.
template <typename T>
struct Element {
  using DF = Lanes<T>;
  using DI = hn::RebindToSigned<DF>;
  using DU = hn::RebindToUnsigned<DF>;
  using VF = hn::Vec<DF>;
  using VI = hn::Vec<DI>;
  using VU = hn::Vec<DU>;
  using Bits = hn::TFromD<DU>;
  static constexpr int kBits = sizeof(T) * 8;
  static constexpr int kMantissaBits = std::numeric_limits<T>::digits - 1;

  static HWY_INLINE VF set(T value) noexcept { return hn::Set(DF(), value); }
  static HWY_INLINE VF to_float(VU word) noexcept { return hn::ConvertTo(DF(), hn::BitCast(DI(), word)); }

  template <std::size_t Size>
  static HWY_INLINE VF polynomial(const std::array<T, Size>& coefficients, VF x) noexcept {
    VF sum = set(coefficients[Size - 1]);
    for (std::size_t i = Size - 1; i-- > 0;) sum = hn::Add(hn::Mul(sum, x), set(coefficients[i]));
    return sum;
  }

  struct Split {
    VF exponent;
    VF fraction;
  };
  static HWY_INLINE Split split(VF u) noexcept {
    constexpr Bits kMantissa = (Bits{1} << kMantissaBits) - 1;
    constexpr Bits kHalf = static_cast<Bits>(std::numeric_limits<T>::max_exponent - 2) << kMantissaBits;
    const VU bits = hn::BitCast(DU(), u);
    const VI exponent = hn::Sub(hn::BitCast(DI(), hn::ShiftRight<kMantissaBits>(bits)),
                                hn::Set(DI(), std::numeric_limits<T>::max_exponent - 2));
    const VU mantissa = hn::Or(hn::And(bits, hn::Set(DU(), kMantissa)), hn::Set(DU(), kHalf));
    return {hn::ConvertTo(DF(), exponent), hn::Sub(hn::BitCast(DF(), mantissa), set(1))};
  }

  static HWY_INLINE VF minus_log(const Split& u) noexcept {
    const VF whole = hn::Mul(u.exponent, set(static_cast<T>(-0.693147180559945309417)));
    if constexpr (sizeof(T) == 4) {
      return hn::Add(whole, hn::Mul(u.fraction, polynomial(coefficients::kLogF32, u.fraction)));
    } else {
      const VF s = hn::Div(u.fraction, hn::Add(set(2), u.fraction));
      const VF z = hn::Mul(s, s);
      const VF series = hn::Mul(s, hn::Mul(z, polynomial(coefficients::kLogF64, z)));
      return hn::Sub(whole, hn::Mul(set(2), hn::Add(s, series)));
    }
  }

  static HWY_INLINE VF clamp(VF value, T lowest, T highest) noexcept {
    return hn::Min(hn::Max(value, set(lowest)), set(highest));
  }
  static HWY_INLINE VF word_width() noexcept { return set(static_cast<T>(kBits == 32 ? 0x1p-32 : 0x1p-64)); }

  template <bool Clamped>
  static HWY_INLINE VF uniform(VU x, const UniformPlan<T>& plan) noexcept {
    const VF value = hn::Add(set(plan.middle), hn::Mul(to_float(x), set(plan.step)));
    return Clamped ? clamp(value, plan.lowest, plan.highest) : value;
  }

  struct Pair {
    VF first;
    VF second;
  };
  static HWY_INLINE Pair pair(VU radius_word, VU angle_word, const NormalPlan<T>& plan) noexcept {
    const VF t = hn::Mul(hn::Add(to_float(radius_word), set(static_cast<T>(0.5))), word_width());
    const auto above_half = hn::Lt(t, hn::Zero(DF()));
    Split u = split(t);
    u.exponent = hn::IfThenZeroElse(above_half, u.exponent);
    u.fraction = hn::IfThenElse(above_half, t, u.fraction);
    const VF radius = hn::Mul(hn::Sqrt(minus_log(u)), set(plan.radius_scale));

    const VF v = hn::Mul(to_float(hn::Or(hn::ShiftLeft<2>(angle_word), hn::Set(DU(), 2))), word_width());
    VF sine;
    VF cosine;
    if constexpr (sizeof(T) == 4) {
      const VF square = hn::Mul(v, v);
      sine = hn::Mul(v, polynomial(coefficients::kSinF32, square));
      cosine = polynomial(coefficients::kCosF32, square);
    } else {
      const VF angle = hn::Mul(v, set(1.57079632679489661923));
      const VF square = hn::Mul(angle, angle);
      sine = hn::Mul(angle, polynomial(coefficients::kSinF64, square));
      cosine = polynomial(coefficients::kCosF64, square);
    }
    const VU sign = hn::And(angle_word, hn::Set(DU(), Bits{1} << (kBits - 1)));
    cosine = hn::BitCast(DF(), hn::Xor(hn::BitCast(DU(), cosine), sign));
    const VU swap_bit = hn::Set(DU(), Bits{1} << (kBits - 2));
    const auto swap = hn::RebindMask(DF(), hn::TestBit(angle_word, swap_bit));
    const VF mean = set(plan.mean);
    return {hn::Add(mean, hn::Mul(radius, hn::IfThenElse(swap, sine, cosine))),
            hn::Add(mean, hn::Mul(radius, hn::IfThenElse(swap, cosine, sine)))};
  }

  template <std::size_t N, std::size_t D>
  static HWY_INLINE VF ratio(const std::array<T, N>& numerator, const std::array<T, D>& denominator, VF x) noexcept {
    return hn::Div(polynomial(numerator, x), polynomial(denominator, x));
  }

  // The quantile where |y| is beyond the central region; never negative.
  static HWY_INLINE VF tail_quantile(VF tail) noexcept {
    namespace c = coefficients;
    const VF s = hn::Sqrt(minus_log(split(tail)));
    if constexpr (sizeof(T) == 4) {
      return ratio(c::kTailNumeratorF32, c::kTailDenominatorF32, hn::Sub(s, set(c::kTailShiftF32)));
    } else {
      const VF near = ratio(c::kNearNumeratorF64, c::kNearDenominatorF64, hn::Sub(s, set(c::kNearShiftF64)));
      const VF far = ratio(c::kFarNumeratorF64, c::kFarDenominatorF64, hn::Sub(s, set(c::kFarShiftF64)));
      return hn::IfThenElse(hn::Le(s, set(c::kTailSplitF64)), near, far);
    }
  }

  static HWY_INLINE VF tail_of(VU x, VF x_sign, const TruncatedPlan<T>& plan) noexcept {
    const VI sign = hn::ShiftRight<kBits - 1>(hn::BitCast(DI(), x));
    const VU distance = hn::Xor(hn::Xor(x, hn::BitCast(DU(), sign)),
                                hn::Set(DU(), static_cast<Bits>(std::numeric_limits<Bits>::max() >> 1)));
    const auto negative = hn::Lt(x_sign, hn::Zero(DF()));
    const VF slope = hn::IfThenElse(negative, set(plan.slope), set(plan.slope_high));
    const VF base = hn::IfThenElse(negative, set(plan.near_low), set(plan.near_high));
    return hn::Add(base, hn::Mul(hn::Add(to_float(distance), set(static_cast<T>(0.5))), slope));
  }

  template <bool HasTail>
  static HWY_INLINE VF truncated(VU word, const TruncatedPlan<T>& plan) noexcept {
    namespace c = coefficients;
    const VF x = to_float(word);
    const VF y = hn::Add(set(plan.centre), hn::Mul(x, set(plan.slope)));
    VF quantile;
    if constexpr (sizeof(T) == 4) {
      const VF r = hn::Sub(set(0.25F), hn::Mul(y, y));
      quantile = hn::Mul(y, ratio(c::kCentreNumeratorF32, c::kCentreDenominatorF32, r));
    } else {
      const VF r = hn::Sub(set(c::kCentreShiftF64), hn::Mul(y, y));
      quantile = hn::Mul(y, ratio(c::kCentreNumeratorF64, c::kCentreDenominatorF64, r));
    }
    if constexpr (HasTail) {
      const T centre = sizeof(T) == 4 ? static_cast<T>(c::kCentreF32) : static_cast<T>(c::kCentreF64);
      const auto central = hn::Le(hn::Abs(y), set(centre));
      quantile = hn::IfThenElse(central, quantile, hn::CopySignToAbs(tail_quantile(tail_of(word, x, plan)), y));
    }
    return clamp(hn::Add(set(plan.mean), hn::Mul(set(plan.std_dev), quantile)), plan.lowest, plan.highest);
  }

  // Words are compared as signed numbers with their top bit flipped.
  static HWY_INLINE VF bernoulli(VU word, const BernoulliPlan<T>& plan) noexcept {
    constexpr Bits kTop = Bits{1} << (kBits - 1);
    const VU threshold = hn::Set(DU(), static_cast<Bits>(plan.threshold) << (kBits - 32));
    const auto below = hn::Lt(hn::BitCast(DI(), hn::Xor(word, hn::Set(DU(), kTop))),
                              hn::BitCast(DI(), hn::Xor(threshold, hn::Set(DU(), kTop))));
    return hn::IfThenElse(hn::RebindMask(DF(), below), set(plan.on), set(plan.off));
  }
};

// A law as a function of the four vectors of words of a tile's part.

template <typename T, bool Clamped>
struct UniformLaw {
  UniformPlan<T> plan;
  template <typename V, typename VF>
  HWY_INLINE void operator()(const V (&words)[4], VF (&values)[4]) const noexcept {
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < 4; ++i) values[i] = Element<T>::template uniform<Clamped>(words[i], plan);
  }
};

template <typename T>
struct NormalLaw {
  NormalPlan<T> plan;
  template <typename V, typename VF>
  HWY_INLINE void operator()(const V (&words)[4], VF (&values)[4]) const noexcept {
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < 4; i += 2) {
      const auto pair = Element<T>::pair(words[i], words[i + 1], plan);
      values[i] = pair.first;
      values[i + 1] = pair.second;
    }
  }
};

template <typename T, bool HasTail>
struct TruncatedLaw {
  TruncatedPlan<T> plan;
  template <typename V, typename VF>
  HWY_INLINE void operator()(const V (&words)[4], VF (&values)[4]) const noexcept {
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < 4; ++i) values[i] = Element<T>::template truncated<HasTail>(words[i], plan);
  }
};

template <typename T>
struct BernoulliLaw {
  BernoulliPlan<T> plan;
  template <typename V, typename VF>
  HWY_INLINE void operator()(const V (&words)[4], VF (&values)[4]) const noexcept {
    FANIN_RANDOM_UNROLL
    for (std::size_t i = 0; i < 4; ++i) values[i] = Element<T>::bernoulli(words[i], plan);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace fanin::random::kernels
HWY_AFTER_NAMESPACE();
#endif

#endif
