// The fast optimizer kernels, compiled once per SIMD target and chosen at run time.
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

UpdateFunction update_function(const Optimizer& optimizer) noexcept {
  return HWY_DYNAMIC_DISPATCH(choose)(optimizer.kind);
}

}  // namespace fanin::engine
#endif
