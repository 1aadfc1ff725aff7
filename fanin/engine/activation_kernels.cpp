#include <array>
#include <cmath>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/activation_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#include "fanin/engine/activation_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

// The shared lanes come first.
// clang-format off
#include "fanin/engine/activations/lanes-inl.hpp"
#include "fanin/engine/activations/elu-inl.hpp"
#include "fanin/engine/activations/erf-inl.hpp"
#include "fanin/engine/activations/gelu-inl.hpp"
#include "fanin/engine/activations/gelu_tanh-inl.hpp"
#include "fanin/engine/activations/hardsigmoid-inl.hpp"
#include "fanin/engine/activations/hardswish-inl.hpp"
#include "fanin/engine/activations/hardtanh-inl.hpp"
#include "fanin/engine/activations/leaky_relu-inl.hpp"
#include "fanin/engine/activations/linear-inl.hpp"
#include "fanin/engine/activations/mish-inl.hpp"
#include "fanin/engine/activations/relu-inl.hpp"
#include "fanin/engine/activations/selu-inl.hpp"
#include "fanin/engine/activations/sigmoid-inl.hpp"
#include "fanin/engine/activations/silu-inl.hpp"
#include "fanin/engine/activations/sin-inl.hpp"
#include "fanin/engine/activations/softplus-inl.hpp"
#include "fanin/engine/activations/softsign-inl.hpp"
#include "fanin/engine/activations/tanh-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

// Lanes' Min and Max drop NaN, and a lost NaN is a lost diagnosis.
template <class Rule, class D, class V>
HWY_INLINE V value_or_nan(D d, V x, V parameter) {
  return hn::IfThenElse(hn::IsNaN(x), x, Rule::value(d, x, parameter));
}

// Whole vectors, then the rest through a padded copy.
template <class Rule>
void forward(float a, std::size_t count, const float* x, float* y) noexcept {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto parameter = hn::Set(d, a);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(value_or_nan<Rule>(d, hn::LoadU(d, x + i), parameter), d, y + i);
  if (i == count) return;
  HWY_ALIGN float padded[hn::MaxLanes(d)] = {};
  for (std::size_t j = i; j < count; ++j) padded[j - i] = x[j];
  hn::Store(value_or_nan<Rule>(d, hn::Load(d, padded), parameter), d, padded);
  for (std::size_t j = i; j < count; ++j) y[j] = padded[j - i];
}

template <class Rule>
void backward(float a, std::size_t count, const float* saved, const float* dy, float* dx) noexcept {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto parameter = hn::Set(d, a);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto slope = Rule::derivative(d, hn::LoadU(d, saved + i), parameter);
    hn::StoreU(hn::Mul(hn::LoadU(d, dy + i), slope), d, dx + i);
  }
  if (i == count) return;
  HWY_ALIGN float padded[hn::MaxLanes(d)] = {};
  for (std::size_t j = i; j < count; ++j) padded[j - i] = saved[j];
  hn::Store(Rule::derivative(d, hn::Load(d, padded), parameter), d, padded);
  for (std::size_t j = i; j < count; ++j) dx[j] = dy[j] * padded[j - i];
}

template <class Rule>
ActivationKernels entry(std::string_view name) {
  return {name, Rule::kSaves, forward<Rule>, backward<Rule>};
}

std::span<const ActivationKernels> all_kernels() {
  static const std::array table{entry<LinearRule>("linear"),
                                entry<ReluRule>("relu"),
                                entry<LeakyReluRule>("leaky_relu"),
                                entry<EluRule>("elu"),
                                entry<SeluRule>("selu"),
                                entry<SigmoidRule>("sigmoid"),
                                entry<TanhRule>("tanh"),
                                entry<SoftsignRule>("softsign"),
                                entry<SoftplusRule>("softplus"),
                                entry<GeluRule>("gelu"),
                                entry<GeluTanhRule>("gelu_tanh"),
                                entry<SiluRule>("silu"),
                                entry<MishRule>("mish"),
                                entry<HardswishRule>("hardswish"),
                                entry<HardsigmoidRule>("hardsigmoid"),
                                entry<HardtanhRule>("hardtanh"),
                                entry<ErfRule>("erf"),
                                entry<SinRule>("sin")};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(all_kernels);

std::span<const ActivationKernels> activation_kernels() noexcept { return HWY_DYNAMIC_DISPATCH(all_kernels)(); }

const ActivationKernels* find_activation_kernels(std::string_view name) noexcept {
  for (const ActivationKernels& kernels : activation_kernels()) {
    if (kernels.name == name) return &kernels;
  }
  return nullptr;
}

}  // namespace fanin::engine
#endif
