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

// Whole vectors, then one vector of the remaining lanes; every element sees the same arithmetic.
template <class Rule>
void update_all(const StepScalars& scalars, std::size_t count, const float* HWY_RESTRICT gradient,
                float* HWY_RESTRICT parameter, float* HWY_RESTRICT state1, float* HWY_RESTRICT state2) noexcept {
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

// What a watched update keeps of the vectors that go through it. All in the shadow of the rule's roots and divisions.
struct UpdateLanes {
  using D = hn::ScalableTag<float>;
  using V = hn::Vec<D>;
  using Bits = hn::Vec<hn::RebindToSigned<D>>;
  // The update cannot be looked at again: its squares are summed in double precision.
#if HWY_TARGET == HWY_SCALAR
  using Wide = hn::Rebind<double, D>;
#else
  using Wide = hn::Rebind<double, hn::Half<D>>;
#endif
  V gradient_squares, value_squares;
  hn::Vec<Wide> update_squares, upper_squares;
  Bits gradient, value, update;  // the largest magnitudes

  UpdateLanes()
      : gradient_squares(hn::Zero(D())),
        value_squares(hn::Zero(D())),
        update_squares(hn::Zero(Wide())),
        upper_squares(hn::Zero(Wide())),
        gradient(hn::Zero(hn::RebindToSigned<D>())),
        value(gradient),
        update(gradient) {}

  static HWY_INLINE Bits larger(Bits most, V v) {
    const hn::RebindToSigned<D> di;
    return hn::Max(most, hn::And(hn::BitCast(di, v), hn::Set(di, 0x7FFFFFFF)));
  }
  static HWY_INLINE double sum(V v) { return static_cast<double>(hn::GetLane(hn::SumOfLanes(D(), v))); }
  static float magnitude(Bits most) {
    return std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(hn::RebindToSigned<D>(), most)));
  }

  HWY_INLINE void see(V g, V w, V u) {
    gradient_squares = hn::MulAdd(g, g, gradient_squares);
    value_squares = hn::MulAdd(w, w, value_squares);
    gradient = larger(gradient, g);
    value = larger(value, w);
    update = larger(update, u);
#if HWY_TARGET == HWY_SCALAR
    const auto wide = hn::PromoteTo(Wide(), u);
#else
    const hn::Half<D> half;
    const auto wide = hn::PromoteTo(Wide(), hn::LowerHalf(half, u));
    const auto upper = hn::PromoteTo(Wide(), hn::UpperHalf(half, u));
    upper_squares = hn::MulAdd(upper, upper, upper_squares);
#endif
    update_squares = hn::MulAdd(wide, wide, update_squares);
  }
};

// As update_all, and sees everything on the way.
template <class Rule>
void update_watched(const StepScalars& scalars, std::size_t count, const float* HWY_RESTRICT gradient,
                    float* HWY_RESTRICT parameter, float* HWY_RESTRICT state1, float* HWY_RESTRICT state2,
                    UpdateStatistics& seen) noexcept {
  constexpr std::size_t kTogether = 64;  // vectors whose squares are summed in single precision
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const StepScalars s = scalars;
  UpdateLanes sums;
  UpdateStatistics here;
  std::size_t i = 0;
  while (i + lanes <= count) {
    const std::size_t last = std::min(count, i + kTogether * lanes);
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
      sums.see(g, w, hn::Sub(w, before));
    }
    here.gradient.square_sum += UpdateLanes::sum(sums.gradient_squares);
    here.value.square_sum += UpdateLanes::sum(sums.value_squares);
    sums.gradient_squares = sums.value_squares = hn::Zero(d);
  }
  const UpdateLanes::Wide wide;
  here.update.square_sum = hn::GetLane(hn::SumOfLanes(wide, hn::Add(sums.update_squares, sums.upper_squares)));
  here.gradient.largest_magnitude = UpdateLanes::magnitude(sums.gradient);
  here.value.largest_magnitude = UpdateLanes::magnitude(sums.value);
  here.update.largest_magnitude = UpdateLanes::magnitude(sums.update);
  if (i < count) {
    HWY_ALIGN float before[hn::MaxLanes(d)] = {};
    HWY_ALIGN float change[hn::MaxLanes(d)] = {};
    std::copy(parameter + i, parameter + count, before);
    update_all<Rule>(scalars, count - i, gradient + i, parameter + i, state1 + (Rule::kStates > 0 ? i : 0),
                     state2 + (Rule::kStates > 1 ? i : 0));
    for (std::size_t j = 0; j < count - i; ++j) change[j] = parameter[i + j] - before[j];
    here.join({.gradient = quick_statistics({gradient + i, count - i}),
               .value = quick_statistics({parameter + i, count - i}),
               .update = quick_statistics({change, count - i})});
  }
  // Where single precision did not do for the squares, or a value is not finite, all is still there to look at.
  if (!fits_plain_squares(here.gradient.largest_magnitude)) here.gradient = quick_statistics({gradient, count});
  if (!fits_plain_squares(here.value.largest_magnitude)) here.value = quick_statistics({parameter, count});
  here.update.non_finite =
      std::isfinite(here.update.largest_magnitude) ? 0 : std::max<std::int64_t>(1, here.value.non_finite);
  seen.join(here);
}

WatchedUpdateFunction choose_watched(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd: return update_watched<SgdRule>;
    case OptimizerKind::momentum: return update_watched<MomentumRule>;
    case OptimizerKind::nesterov: return update_watched<NesterovRule>;
    case OptimizerKind::rmsprop: return update_watched<RmspropRule>;
    case OptimizerKind::adagrad: return update_watched<AdagradRule>;
    case OptimizerKind::adam: return update_watched<AdamRule>;
    case OptimizerKind::adamw: return update_watched<AdamwRule>;
  }
  return nullptr;
}

UpdateFunction choose(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd: return update_all<SgdRule>;
    case OptimizerKind::momentum: return update_all<MomentumRule>;
    case OptimizerKind::nesterov: return update_all<NesterovRule>;
    case OptimizerKind::rmsprop: return update_all<RmspropRule>;
    case OptimizerKind::adagrad: return update_all<AdagradRule>;
    case OptimizerKind::adam: return update_all<AdamRule>;
    case OptimizerKind::adamw: return update_all<AdamwRule>;
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
