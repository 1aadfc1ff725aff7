// Highway's order.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fanin/engine/recurrent_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#include "fanin/engine/recurrent_kernels.hpp"

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
#include "fanin/engine/lane_loops-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {

// The lanes' exp gives 0 for NaN, and a lost NaN is a lost diagnosis.
template <class D, class V>
HWY_INLINE V SigmoidOrNan(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, Logistic(d, x));
}

template <class D, class V>
HWY_INLINE V TanhOrNan(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, x));
}

// y (1 - y): σ' from σ.
template <class D, class V>
HWY_INLINE V SigmoidSlope(D d, V y) {
  return hn::Mul(y, hn::Sub(hn::Set(d, 1.0F), y));
}

// 1 - y^2: tanh' from tanh.
template <class D, class V>
HWY_INLINE V TanhSlope(D d, V y) {
  return hn::NegMulAdd(y, y, hn::Set(d, 1.0F));
}

// Row `row` of an array [rows, width], or null.
template <class T>
HWY_INLINE T* RowOf(T* base, std::int64_t row, std::int64_t width) {
  return base == nullptr ? nullptr : base + row * width;
}

// ∂L/∂h_t: what the step after sends and what reads the output.
template <class D>
HWY_INLINE hn::Vec<D> StateGradient(D d, const float* later, const float* of_output, std::size_t i) {
  const auto gradient = hn::LoadU(d, later + i);
  return of_output == nullptr ? gradient : hn::Add(gradient, hn::LoadU(d, of_output + i));
}

void LstmForward(const RecurrentStep& step) {
  const auto units = static_cast<std::size_t>(step.units);
  const float* const b = step.bias;
  for (std::int64_t row = 0; row < step.rows; ++row) {
    float* const gates = RowOf(step.gates, row, 4 * step.units);
    const float* const previous_cell = RowOf(step.previous_cell, row, step.units);
    float* const cell = RowOf(step.cell, row, step.units);
    float* const cell_tanh = RowOf(step.cell_tanh, row, step.units);
    float* const state = RowOf(step.state, row, step.units);
    float* const output = step.output == nullptr ? state : step.output + row * step.output_stride;
    ForEachVector(units, [&](auto d, std::size_t i) HWY_ATTR {
      const auto gate = [&](std::size_t at)
                            HWY_ATTR { return hn::Add(hn::LoadU(d, gates + at), hn::LoadU(d, b + at)); };
      const auto in = SigmoidOrNan(d, gate(i));
      const auto forget = SigmoidOrNan(d, gate(units + i));
      const auto candidate = TanhOrNan(d, gate(2 * units + i));
      const auto out = SigmoidOrNan(d, gate(3 * units + i));
      const auto c = hn::MulAdd(forget, hn::LoadU(d, previous_cell + i), hn::Mul(in, candidate));
      const auto t = TanhOrNan(d, c);
      const auto h = hn::Mul(out, t);
      hn::StoreU(in, d, gates + i);
      hn::StoreU(forget, d, gates + units + i);
      hn::StoreU(candidate, d, gates + 2 * units + i);
      hn::StoreU(out, d, gates + 3 * units + i);
      hn::StoreU(c, d, cell + i);
      hn::StoreU(t, d, cell_tanh + i);
      hn::StoreU(h, d, state + i);
      hn::StoreU(h, d, output + i);
    });
  }
}

void LstmBackward(const RecurrentStep& step) {
  const auto units = static_cast<std::size_t>(step.units);
  for (std::int64_t row = 0; row < step.rows; ++row) {
    float* const gates = RowOf(step.gates, row, 4 * step.units);
    const float* const previous_cell = RowOf(step.previous_cell, row, step.units);
    const float* const cell_tanh = RowOf(step.cell_tanh, row, step.units);
    const float* const dh = RowOf(step.state_gradient, row, step.units);
    const float* const dy = RowOf(step.output_gradient, row, step.output_stride);
    float* const dc = RowOf(step.cell_gradient, row, step.units);
    ForEachVector(units, [&](auto d, std::size_t i) HWY_ATTR {
      const auto in = hn::LoadU(d, gates + i);
      const auto forget = hn::LoadU(d, gates + units + i);
      const auto candidate = hn::LoadU(d, gates + 2 * units + i);
      const auto out = hn::LoadU(d, gates + 3 * units + i);
      const auto t = hn::LoadU(d, cell_tanh + i);
      const auto of_state = StateGradient(d, dh, dy, i);
      const auto of_cell = hn::MulAdd(hn::Mul(of_state, out), TanhSlope(d, t), hn::LoadU(d, dc + i));
      hn::StoreU(hn::Mul(hn::Mul(of_cell, candidate), SigmoidSlope(d, in)), d, gates + i);
      const auto of_forget = hn::Mul(hn::Mul(of_cell, hn::LoadU(d, previous_cell + i)), SigmoidSlope(d, forget));
      hn::StoreU(of_forget, d, gates + units + i);
      hn::StoreU(hn::Mul(hn::Mul(of_cell, in), TanhSlope(d, candidate)), d, gates + 2 * units + i);
      hn::StoreU(hn::Mul(hn::Mul(of_state, t), SigmoidSlope(d, out)), d, gates + 3 * units + i);
      hn::StoreU(hn::Mul(of_cell, forget), d, dc + i);
    });
  }
}

void GruForward(const RecurrentStep& step) {
  const auto units = static_cast<std::size_t>(step.units);
  const float* const b = step.bias;
  const float* const hb = step.hidden_bias;
  for (std::int64_t row = 0; row < step.rows; ++row) {
    float* const gates = RowOf(step.gates, row, 3 * step.units);
    float* const hidden = RowOf(step.hidden, row, 3 * step.units);
    const float* const previous = RowOf(step.previous, row, step.units);
    float* const state = RowOf(step.state, row, step.units);
    float* const output = step.output == nullptr ? state : step.output + row * step.output_stride;
    ForEachVector(units, [&](auto d, std::size_t i) HWY_ATTR {
      const auto of_input = [&](std::size_t at)
                                HWY_ATTR { return hn::Add(hn::LoadU(d, gates + at), hn::LoadU(d, b + at)); };
      const auto of_state = [&](std::size_t at)
                                HWY_ATTR { return hn::Add(hn::LoadU(d, hidden + at), hn::LoadU(d, hb + at)); };
      const auto reset = SigmoidOrNan(d, hn::Add(of_input(i), of_state(i)));
      const auto update = SigmoidOrNan(d, hn::Add(of_input(units + i), of_state(units + i)));
      const auto product = of_state(2 * units + i);
      const auto candidate = TanhOrNan(d, hn::MulAdd(reset, product, of_input(2 * units + i)));
      const auto h = hn::MulAdd(update, hn::Sub(hn::LoadU(d, previous + i), candidate), candidate);
      hn::StoreU(reset, d, gates + i);
      hn::StoreU(update, d, gates + units + i);
      hn::StoreU(candidate, d, gates + 2 * units + i);
      hn::StoreU(product, d, hidden + 2 * units + i);
      hn::StoreU(h, d, state + i);
      hn::StoreU(h, d, output + i);
    });
  }
}

void GruBackward(const RecurrentStep& step) {
  const auto units = static_cast<std::size_t>(step.units);
  for (std::int64_t row = 0; row < step.rows; ++row) {
    float* const gates = RowOf(step.gates, row, 3 * step.units);
    float* const hidden = RowOf(step.hidden, row, 3 * step.units);
    const float* const previous = RowOf(step.previous, row, step.units);
    float* const dh = RowOf(step.state_gradient, row, step.units);
    const float* const dy = RowOf(step.output_gradient, row, step.output_stride);
    ForEachVector(units, [&](auto d, std::size_t i) HWY_ATTR {
      const auto one = hn::Set(d, 1.0F);
      const auto reset = hn::LoadU(d, gates + i);
      const auto update = hn::LoadU(d, gates + units + i);
      const auto candidate = hn::LoadU(d, gates + 2 * units + i);
      const auto product = hn::LoadU(d, hidden + 2 * units + i);
      const auto of_state = StateGradient(d, dh, dy, i);
      const auto difference = hn::Sub(hn::LoadU(d, previous + i), candidate);
      const auto of_update = hn::Mul(hn::Mul(of_state, difference), SigmoidSlope(d, update));
      const auto of_candidate = hn::Mul(hn::Mul(of_state, hn::Sub(one, update)), TanhSlope(d, candidate));
      const auto of_reset = hn::Mul(hn::Mul(of_candidate, product), SigmoidSlope(d, reset));
      hn::StoreU(of_reset, d, gates + i);
      hn::StoreU(of_update, d, gates + units + i);
      hn::StoreU(of_candidate, d, gates + 2 * units + i);
      hn::StoreU(of_reset, d, hidden + i);
      hn::StoreU(of_update, d, hidden + units + i);
      hn::StoreU(hn::Mul(of_candidate, reset), d, hidden + 2 * units + i);
      hn::StoreU(hn::Mul(of_state, update), d, dh + i);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fanin::engine {

HWY_EXPORT(LstmForward);
HWY_EXPORT(LstmBackward);
HWY_EXPORT(GruForward);
HWY_EXPORT(GruBackward);

void lstm_forward(const RecurrentStep& step) noexcept { HWY_DYNAMIC_DISPATCH(LstmForward)(step); }
void lstm_backward(const RecurrentStep& step) noexcept { HWY_DYNAMIC_DISPATCH(LstmBackward)(step); }
void gru_forward(const RecurrentStep& step) noexcept { HWY_DYNAMIC_DISPATCH(GruForward)(step); }
void gru_backward(const RecurrentStep& step) noexcept { HWY_DYNAMIC_DISPATCH(GruBackward)(step); }

}  // namespace fanin::engine
#endif
