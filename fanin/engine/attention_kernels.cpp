#include <algorithm>
#include <limits>

// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/attention_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#include "fanin/engine/attention_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, kScoreVector>;

HWY_INLINE std::size_t SeenKeys(const ScoreBlock& block, std::size_t row) {
  return block.causal ? std::min(block.keys, block.first_row + row + 1) : block.keys;
}

// Calls step(i, vector) for the vectors that hold values[0..count); lanes past `count` are `fill`.
template <class Step>
HWY_INLINE void ForEachPart(Lanes d, const float* values, std::size_t count, float fill, const Step& step) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) step(i, hn::LoadU(d, values + i));
  if (i < count) step(i, hn::IfThenElse(hn::FirstN(d, count - i), hn::LoadU(d, values + i), hn::Set(d, fill)));
}

// The lanes past `seen` in the last vector that holds a key become 0, and so do all vectors after it.
HWY_INLINE void ZeroUnseen(std::size_t seen, std::size_t stride, float* row) {
  std::fill(row + seen, row + stride, 0.0F);
}

void AttentionSoftmax(const ScoreBlock& block, float* scores) {
  const Lanes d;
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  const auto factor = hn::Set(d, block.factor);
  for (std::size_t r = 0; r < block.rows; ++r) {
    float* const row = scores + r * block.stride;
    const std::size_t seen = SeenKeys(block, r);
    auto largest = hn::Set(d, kLowest);
    ForEachPart(d, row, seen, kLowest,
                [&](std::size_t, auto score) HWY_ATTR { largest = hn::Max(largest, hn::Mul(score, factor)); });
    const auto shift = hn::MaxOfLanes(d, largest);
    auto sum = hn::Zero(d);
    ForEachPart(d, row, seen, kLowest, [&](std::size_t i, auto score) HWY_ATTR {
      const auto below = hn::MulSub(score, factor, shift);
      const auto e = hn::IfThenElse(hn::IsNaN(below), below, hn::Exp(d, below));  // exp(NaN) is 0 on lanes
      sum = hn::Add(sum, e);
      hn::StoreU(e, d, row + i);
    });
    const auto share = hn::Set(d, 1.0F / hn::GetLane(hn::SumOfLanes(d, sum)));
    ForEachPart(d, row, seen, 0.0F, [&](std::size_t i, auto e) HWY_ATTR { hn::StoreU(hn::Mul(e, share), d, row + i); });
    ZeroUnseen(seen, block.stride, row);
  }
}

void AttentionSoftmaxBackward(const ScoreBlock& block, const float* probabilities, float* gradients) {
  const Lanes d;
  for (std::size_t r = 0; r < block.rows; ++r) {
    const float* const p = probabilities + r * block.stride;
    float* const g = gradients + r * block.stride;
    const std::size_t seen = SeenKeys(block, r);
    auto sum = hn::Zero(d);
    ForEachPart(d, g, seen, 0.0F,
                [&](std::size_t i, auto gradient) HWY_ATTR { sum = hn::MulAdd(gradient, hn::LoadU(d, p + i), sum); });
    const auto mean = hn::SumOfLanes(d, sum);
    const auto factor = hn::Set(d, block.factor);
    ForEachPart(d, g, seen, 0.0F, [&](std::size_t i, auto gradient) HWY_ATTR {
      hn::StoreU(hn::Mul(hn::Mul(hn::LoadU(d, p + i), factor), hn::Sub(gradient, mean)), d, g + i);
    });
    ZeroUnseen(seen, block.stride, g);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(AttentionSoftmax);
HWY_EXPORT(AttentionSoftmaxBackward);

void attention_softmax(const ScoreBlock& block, float* scores) noexcept {
  HWY_DYNAMIC_DISPATCH(AttentionSoftmax)(block, scores);
}
void attention_softmax_backward(const ScoreBlock& block, const float* probabilities, float* gradients) noexcept {
  HWY_DYNAMIC_DISPATCH(AttentionSoftmaxBackward)(block, probabilities, gradients);
}

}  // namespace fanin::engine
#endif
