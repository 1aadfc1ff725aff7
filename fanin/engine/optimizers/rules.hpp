// One file per optimizer in this folder holds its reference step in double precision; the file
// <name>-inl.hpp beside it holds the same step on SIMD lanes. This header names the references.
#pragma once

#include <cstdint>

#include "fanin/engine/optimizer.hpp"

namespace fanin::engine {

/// One value's part of an optimizer step, in double precision.
struct ReferenceValue {
  double parameter = 0;
  double state1 = 0;
  double state2 = 0;
};

using ReferenceRule = void (*)(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);

void reference_sgd(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);
void reference_momentum(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);
void reference_nesterov(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);
void reference_rmsprop(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);
void reference_adagrad(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);
void reference_adam(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);
void reference_adamw(const Optimizer& optimizer, std::int64_t step, double gradient, ReferenceValue& value);

}  // namespace fanin::engine
