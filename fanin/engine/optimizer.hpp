// Optimizers: pure functions on spans, one file each under optimizers/. Definitions and defaults
// are PyTorch's, and the tests hold whole trajectories against it.
//
//     engine::Optimizer optimizer = engine::parse_optimizer("adam", /*learning_rate=*/1e-3);
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/tensor_statistics.hpp"

namespace fanin::engine {

enum class OptimizerKind { sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw };

/// An optimizer with its settings. Only the fields its kind reads matter.
struct Optimizer {
  OptimizerKind kind = OptimizerKind::sgd;
  double learning_rate = 1e-2;
  double momentum = 0.9;           ///< momentum, nesterov
  double beta1 = 0.9;              ///< adam, adamw
  double beta2 = 0.999;            ///< adam, adamw
  double alpha = 0.99;             ///< rmsprop: decay of the mean square
  double epsilon = 1e-8;           ///< adam, adamw, rmsprop; adagrad 1e-10
  double weight_decay = 0;         ///< L2 added to the gradient; in adamw decoupled, default 1e-2
  double initial_accumulator = 0;  ///< adagrad

  friend bool operator==(const Optimizer&, const Optimizer&) = default;
};

/// Parses "adam", "momentum(momentum=0.95)", "adamw(weight_decay=0.1)"; the learning rate is given apart.
/// @param learning_rate  finite and > 0. @throws Error unknown_name, bad_value.
Optimizer parse_optimizer(std::string_view text, double learning_rate);
/// Canonical text without the learning rate: "adam", "sgd(weight_decay=0.1)".
std::string to_string(const Optimizer& optimizer);
/// PyTorch's default learning rate for the kind (sgd has none there: 1e-2).
double default_learning_rate(OptimizerKind kind) noexcept;
/// The names, in the order `fanin list optimizers` prints them.
std::span<const std::string_view> optimizer_names() noexcept;

/// What people want to know of a kind; g is the gradient, to which weight_decay*w is added except in adamw.
struct OptimizerInfo {
  std::string_view formula;  ///< "v = momentum*v + g, w -= lr*v"
  std::string_view source;   ///< paper
};
OptimizerInfo optimizer_info(OptimizerKind kind) noexcept;

/// How many state values the optimizer keeps per parameter value (0, 1 or 2).
std::size_t state_slots(const Optimizer& optimizer) noexcept;

/// What the state values start from: 0, or adagrad's initial accumulator.
double initial_state(const Optimizer& optimizer) noexcept;

/// The numbers of one step that are the same for every element, computed in double.
struct StepScalars {
  float learning_rate = 0;
  float momentum = 0;
  float beta1 = 0;
  float beta2 = 0;
  float one_minus_beta1 = 0;
  float one_minus_beta2 = 0;
  float alpha = 0;
  float one_minus_alpha = 0;
  float epsilon = 0;
  float weight_decay = 0;
  float decay_factor = 1;              ///< adamw: 1 - lr·weight_decay
  float step_size = 0;                 ///< adam: lr / (1 - beta1^t)
  float inverse_sqrt_correction2 = 1;  ///< adam: 1 / sqrt(1 - beta2^t)
};

/// @param step  counted from 1.
StepScalars step_scalars(const Optimizer& optimizer, std::int64_t step) noexcept;

/// Moves `count` parameter values one step. A leaf kernel: pointers need no alignment.
/// @param state1, state2  per-value state; unused ones may be null.
using UpdateFunction = void (*)(const StepScalars& scalars, std::size_t count, const float* gradient, float* parameter,
                                float* state1, float* state2) noexcept;

/// The fast kernel of an optimizer for the running processor.
UpdateFunction update_function(const Optimizer& optimizer) noexcept;

/// A parameter before the step, and the gradient of the mean loss by it.
struct ParameterStatistics {
  TensorStatistics value = {};
  TensorStatistics gradient = {};
};

/// What a step was given, and what it did.
struct UpdateStatistics {
  QuickStatistics gradient = {};
  QuickStatistics value = {};   ///< after the step
  QuickStatistics update = {};  ///< value after - value before; only where `full` is asked for, else of nothing

  ParameterStatistics* full = nullptr;  ///< where all there is to say is added; null: nowhere

  void join(const UpdateStatistics& other) noexcept;  ///< leaves `full` as it is
};

/// As UpdateFunction, with the same bits; adds what it sees to `seen`.
using WatchedUpdateFunction = void (*)(const StepScalars& scalars, std::size_t count, const float* gradient,
                                       float* parameter, float* state1, float* state2, UpdateStatistics& seen) noexcept;
WatchedUpdateFunction watched_update_function(const Optimizer& optimizer) noexcept;

/// The readable double-precision reference of the same step, for tests.
void reference_update(const Optimizer& optimizer, std::int64_t step, std::span<const double> gradient,
                      std::span<double> parameter, std::span<double> state1, std::span<double> state2);

}  // namespace fanin::engine
