// A network compiled for a batch size: a flat list of kernel calls over one memory arena. Nothing
// is allocated, locked or looked up in a step, and everything runs in the calling thread.
//
//     engine::Plan plan(graph, {.batch_size = 64});
//     plan.set_parameter("layer1.weight", values);
//     ... write rows into plan.input() and plan.labels() ...
//     engine::BatchResult r = plan.train_step(rows);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fanin/engine/optimizer.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/loss.hpp"
#include "fanin/net/tap.hpp"

namespace fanin::engine {

struct PlanOptions {
  std::int64_t batch_size = 64;  ///< rows at most in a call, >= 1
  net::Loss loss = net::Loss::softmax_cross_entropy;
  Optimizer optimizer = {};  ///< used by train_step
  bool training = true;      ///< false: no gradients and no optimizer state are stored
  /// The fraction of input values that are zero, as measured on the training data. Above
  /// kSparseInput (sparse_input.hpp) the first dense layer skips zeros; results differ in rounding only.
  double input_zero_fraction = 0;
};

/// Sums over the rows of one batch.
struct BatchResult {
  double loss_sum = 0;       ///< of the rows' losses: divide by rows for the mean
  std::int64_t correct = 0;  ///< rows whose largest output is the label; 0 for regression
};

class Plan final {
 public:
  /// @throws Error bad_shape, bad_value, unsupported (an op the engine cannot run; names the way out).
  Plan(const net::Graph& graph, const PlanOptions& options);
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  /// [batch_size, features] and [batch_size]; write the first `rows` before each call.
  [[nodiscard]] std::span<float> input() noexcept;
  [[nodiscard]] std::span<std::int32_t> labels() noexcept;
  /// [batch_size, outputs] for regression losses, else empty.
  [[nodiscard]] std::span<float> targets() noexcept;
  /// The network's output of the last call, [batch_size, outputs].
  [[nodiscard]] std::span<const float> output() const noexcept;

  /// Values in the layout of the parameter's ParameterSpec. @throws Error unknown_name, bad_shape.
  void set_parameter(std::string_view name, std::span<const float> values);
  [[nodiscard]] std::vector<float> parameter(std::string_view name) const;

  /// Forward pass and loss of the first `rows` rows, 1 <= rows <= batch_size.
  BatchResult evaluate(std::int64_t rows) noexcept;
  /// Forward, backward and one optimizer step; the loss is the mean over `rows`.
  BatchResult train_step(std::int64_t rows) noexcept;
  /// As train_step, showing every tensor to `tap`; gives the same bits.
  BatchResult train_step(std::int64_t rows, net::Tap& tap);
  /// Forward and backward without a step; the gradients can then be read, and `tap` sees everything.
  BatchResult gradients(std::int64_t rows, net::Tap* tap = nullptr);
  /// ∂L/∂parameter of the last gradients() call, in the layout of its ParameterSpec.
  [[nodiscard]] std::vector<float> gradient(std::string_view name) const;

  /// Optimizer steps taken.
  [[nodiscard]] std::int64_t steps() const noexcept;
  /// Bytes of the arena, and what the same tensors would take without sharing memory.
  [[nodiscard]] std::size_t arena_bytes() const noexcept;
  [[nodiscard]] std::size_t unshared_bytes() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fanin::engine
