// The fast optimizer kernels, compiled once per SIMD target and chosen at run time.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/optimizer_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "fanin/engine/optimizer.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#include "fanin/engine/optimizers/adagrad-inl.hpp"
#include "fanin/engine/optimizers/adam-inl.hpp"
#include "fanin/engine/optimizers/adamw-inl.hpp"
#include "fanin/engine/optimizers/momentum-inl.hpp"
#include "fanin/engine/optimizers/nesterov-inl.hpp"
#include "fanin/engine/optimizers/rmsprop-inl.hpp"
#include "fanin/engine/optimizers/sgd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

// While it lives, results too small for a normal number become zero. Moments of weights that no gradient reaches decay
// into such numbers and stay there, and processors divide them at a fraction of their speed. No other kernel needs it:
// gradients and outputs stay as IEEE 754 has them.
class FlushToZero {
 public:
#if HWY_ARCH_X86
  FlushToZero() noexcept : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8000U); }
  ~FlushToZero() { _mm_setcsr(before_); }

 private:
  unsigned before_;

 public:
#else
  FlushToZero() noexcept = default;
#endif
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;
};

// Whole vectors, then one vector of the remaining lanes; every element sees the same arithmetic.
template <class Rule>
HWY_NOINLINE void update_all(const StepScalars& scalars, std::size_t count, const float* HWY_RESTRICT gradient,
                             float* HWY_RESTRICT parameter, float* HWY_RESTRICT state1,
                             float* HWY_RESTRICT state2) noexcept {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const StepScalars s = scalars;  // a local copy: stores to the parameters cannot change it
  const auto one_vector = [&](const float* g_in, float* w_in, float* s1_in, float* s2_in) HWY_ATTR {
    V w = hn::LoadU(d, w_in);
    V s1 = Rule::kStates > 0 ? hn::LoadU(d, s1_in) : hn::Zero(d);
    V s2 = Rule::kStates > 1 ? hn::LoadU(d, s2_in) : hn::Zero(d);
    Rule::apply(d, s, hn::LoadU(d, g_in), w, s1, s2);
    hn::StoreU(w, d, w_in);
    if constexpr (Rule::kStates > 0) hn::StoreU(s1, d, s1_in);
    if constexpr (Rule::kStates > 1) hn::StoreU(s2, d, s2_in);
  };
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    one_vector(gradient + i, parameter + i, state1 + (Rule::kStates > 0 ? i : 0), state2 + (Rule::kStates > 1 ? i : 0));
  }
  if (i == count) return;
  HWY_ALIGN float g[hn::MaxLanes(d)] = {};
  HWY_ALIGN float w[hn::MaxLanes(d)] = {};
  HWY_ALIGN float s1[hn::MaxLanes(d)] = {};
  HWY_ALIGN float s2[hn::MaxLanes(d)] = {};
  const std::size_t rest = count - i;
  for (std::size_t j = 0; j < rest; ++j) {
    g[j] = gradient[i + j];
    w[j] = parameter[i + j];
    if constexpr (Rule::kStates > 0) s1[j] = state1[i + j];
    if constexpr (Rule::kStates > 1) s2[j] = state2[i + j];
  }
  one_vector(g, w, s1, s2);
  for (std::size_t j = 0; j < rest; ++j) {
    parameter[i + j] = w[j];
    if constexpr (Rule::kStates > 0) state1[i + j] = s1[j];
    if constexpr (Rule::kStates > 1) state2[i + j] = s2[j];
  }
}

// The larger magnitude; of a NaN and a number, either.
template <class V>
HWY_INLINE V larger_magnitude(V largest, V v) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  return V{_mm512_range_ps(largest.raw, v.raw, 0x0B)};  // in one operation
#else
  return hn::Max(hn::Abs(v), largest);
#endif
}

// Squares and largest magnitudes of the vectors that go by, in few operations beside the rule's. A NaN may be missing
// from the magnitude; the squares have it.
struct LaneStatistics {
  using D = hn::ScalableTag<float>;
  using V = hn::Vec<D>;
  V squares;  // of a few vectors
  V total;    // of all before those
  V largest;

  LaneStatistics() : squares(hn::Zero(D())), total(squares), largest(squares) {}

  HWY_INLINE void see(V v) {
    squares = hn::MulAdd(v, v, squares);
    largest = larger_magnitude(largest, v);
  }
  HWY_INLINE void fold() {
    total = hn::Add(total, squares);
    squares = hn::Zero(D());
  }
  HWY_INLINE QuickStatistics quick() const {
    return {.square_sum = static_cast<double>(hn::GetLane(hn::SumOfLanes(D(), total))),
            .largest_magnitude = hn::GetLane(hn::MaxOfLanes(D(), largest))};
  }
  /// `values` are the same again, for where single precision did not do for the squares.
  HWY_INLINE QuickStatistics quick_or(const float* values, std::size_t count) const {
    const QuickStatistics plain = quick();
    const bool sound = std::isfinite(plain.square_sum) && fits_plain_squares(plain.largest_magnitude);
    return sound ? plain : quick_statistics({values, count});
  }
};

// The updates of one tensor, which cannot be looked at again once their block has gone: where single precision does not
// do for a block's squares, they are summed at once.
class UpdateSums {
 public:
  /// @param largest  of the same tensor's updates before
  explicit UpdateSums(float largest) : beside_large_(largest >= kLarge) {}

  /// `changes` are the `count` values that `block` has seen.
  HWY_INLINE void add(const LaneStatistics& block, const float* changes, std::size_t count) {
    const LaneStatistics::D d;
    const bool tiny = hn::AllTrue(d, hn::Lt(block.largest, hn::Set(d, kSmall)));
    const bool huge = !hn::AllTrue(d, hn::Lt(hn::Add(block.squares, block.largest), hn::Set(d, kHuge)));  // or NaN
    if (huge || (tiny && !beside_large_)) {
      exact_.join(quick_statistics({changes, count}));
    } else {
      plain_.total = hn::Add(plain_.total, block.squares);
      plain_.largest = larger_magnitude(plain_.largest, block.largest);
    }
    beside_large_ = beside_large_ || !hn::AllTrue(d, hn::Lt(block.largest, hn::Set(d, kLarge)));
  }
  QuickStatistics quick() const {
    QuickStatistics all = plain_.quick();
    all.join(exact_);
    return all;
  }

 private:
  static constexpr float kSmall = 0x1p-40F;  // below, squares lose bits to the end of the range,
  static constexpr float kLarge = 0x1p-20F;  // which does not matter beside values that are so much larger
  static constexpr float kHuge = 0x1p100F;   // of a lane's squares: the sum of the lanes cannot overflow
  LaneStatistics plain_;
  QuickStatistics exact_;
  bool beside_large_;
};

// As update_all, and sees everything on the way; the updates where somebody asks for all there is.
template <class Rule, bool kUpdates>
HWY_NOINLINE void update_watched(const StepScalars& scalars, std::size_t count, const float* HWY_RESTRICT gradient,
                                 float* HWY_RESTRICT parameter, float* HWY_RESTRICT state1, float* HWY_RESTRICT state2,
                                 UpdateStatistics& seen) noexcept {
  constexpr std::size_t kTogether = 128;  // vectors whose squares are summed one after another
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const StepScalars s = scalars;
  HWY_ALIGN float changes[kTogether * hn::MaxLanes(d)];
  LaneStatistics gradients;
  LaneStatistics values;
  UpdateSums updates(seen.update.largest_magnitude);
  std::size_t i = 0;
  while (i + lanes <= count) {
    const std::size_t first = i;
    const std::size_t last = std::min(count, i + kTogether * lanes);
    LaneStatistics block;
    for (; i + lanes <= last; i += lanes) {
      const V g = hn::LoadU(d, gradient + i);
      const V before = hn::LoadU(d, parameter + i);
      V w = before;
      V s1 = Rule::kStates > 0 ? hn::LoadU(d, state1 + i) : hn::Zero(d);
      V s2 = Rule::kStates > 1 ? hn::LoadU(d, state2 + i) : hn::Zero(d);
      Rule::apply(d, s, g, w, s1, s2);
      hn::StoreU(w, d, parameter + i);
      if constexpr (Rule::kStates > 0) hn::StoreU(s1, d, state1 + i);
      if constexpr (Rule::kStates > 1) hn::StoreU(s2, d, state2 + i);
      gradients.see(g);
      values.see(w);
      if constexpr (kUpdates) {
        const V change = hn::Sub(w, before);
        hn::Store(change, d, changes + (i - first));
        block.see(change);
      }
    }
    gradients.fold();
    values.fold();
    if constexpr (kUpdates) updates.add(block, changes, i - first);
  }
  UpdateStatistics here{
      .gradient = gradients.quick_or(gradient, i), .value = values.quick_or(parameter, i), .update = updates.quick()};
  if (i < count) {
    HWY_ALIGN float before[hn::MaxLanes(d)] = {};
    std::copy(parameter + i, parameter + count, before);
    update_all<Rule>(scalars, count - i, gradient + i, parameter + i, state1 + (Rule::kStates > 0 ? i : 0),
                     state2 + (Rule::kStates > 1 ? i : 0));
    for (std::size_t j = 0; j < count - i; ++j) changes[j] = parameter[i + j] - before[j];
    here.join({.gradient = quick_statistics({gradient + i, count - i}),
               .value = quick_statistics({parameter + i, count - i}),
               .update = kUpdates ? quick_statistics({changes, count - i}) : QuickStatistics{}});
  }
  seen.join(here);
}

template <class Rule>
void update(const StepScalars& scalars, std::size_t count, const float* gradient, float* parameter, float* state1,
            float* state2) noexcept {
  const FlushToZero mode;
  update_all<Rule>(scalars, count, gradient, parameter, state1, state2);
}

template <class Rule>
void watched_update(const StepScalars& scalars, std::size_t count, const float* gradient, float* parameter,
                    float* state1, float* state2, UpdateStatistics& seen) noexcept {
  if (seen.full != nullptr) {
    seen.full->value.join(tensor_statistics({parameter, count}));
    seen.full->gradient.join(tensor_statistics({gradient, count}));
  }
  const FlushToZero mode;
  const auto function = seen.full == nullptr ? update_watched<Rule, false> : update_watched<Rule, true>;
  function(scalars, count, gradient, parameter, state1, state2, seen);
}

WatchedUpdateFunction choose_watched(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd: return watched_update<SgdRule>;
    case OptimizerKind::momentum: return watched_update<MomentumRule>;
    case OptimizerKind::nesterov: return watched_update<NesterovRule>;
    case OptimizerKind::rmsprop: return watched_update<RmspropRule>;
    case OptimizerKind::adagrad: return watched_update<AdagradRule>;
    case OptimizerKind::adam: return watched_update<AdamRule>;
    case OptimizerKind::adamw: return watched_update<AdamwRule>;
  }
  return nullptr;
}

UpdateFunction choose(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd: return update<SgdRule>;
    case OptimizerKind::momentum: return update<MomentumRule>;
    case OptimizerKind::nesterov: return update<NesterovRule>;
    case OptimizerKind::rmsprop: return update<RmspropRule>;
    case OptimizerKind::adagrad: return update<AdagradRule>;
    case OptimizerKind::adam: return update<AdamRule>;
    case OptimizerKind::adamw: return update<AdamwRule>;
  }
  return nullptr;
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(choose);
HWY_EXPORT(choose_watched);

UpdateFunction update_function(const Optimizer& optimizer) noexcept {
  return HWY_DYNAMIC_DISPATCH(choose)(optimizer.kind);
}

WatchedUpdateFunction watched_update_function(const Optimizer& optimizer) noexcept {
  return HWY_DYNAMIC_DISPATCH(choose_watched)(optimizer.kind);
}

}  // namespace fanin::engine
#endif
