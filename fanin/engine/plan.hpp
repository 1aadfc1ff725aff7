// A network compiled for a batch size: a flat list of kernel calls over one memory arena. Nothing
// is allocated, locked or looked up in a step.
//
//     engine::Plan plan(graph, {.batch_size = 64});
//     plan.set_parameter("layer1.weight", values);
//     ... write rows into plan.input() and plan.labels() ...
//     engine::BatchResult r = plan.train_step(rows);
//
// The calling thread must have called use_one_thread(): oneDNN chooses its kernels by thread count.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/engine/optimizer.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/loss.hpp"
#include "fanin/net/tap.hpp"

namespace fanin::engine {

enum class Clipping {
  none,
  value,        ///< every gradient value into [-limit, limit]
  norm,         ///< each parameter's gradient to a Euclidean norm of at most `limit`
  global_norm,  ///< all gradients together likewise, as in Pascanu et al. 2013
};

struct PlanOptions {
  std::int64_t batch_size = 64;  ///< rows at most in a call, >= 1
  net::Loss loss = net::Loss::softmax_cross_entropy;
  Optimizer optimizer = {};  ///< used by train_step and step
  bool training = true;      ///< false: no gradients and no optimizer state are stored
  /// The fraction of input values that are zero, as measured on the training data. Above
  /// kSparseInput (sparse_input.hpp) the first dense layer skips zeros; results differ in rounding only.
  double input_zero_fraction = 0;
  double label_smoothing = 0;  ///< in [0, 1): of softmax_cross_entropy's labels, in training only
  Clipping clipping = Clipping::none;
  double clip_limit = 1;  ///< > 0
  /// Parts of equal size that a batch is cut into. Gradients are summed over them in their order, so
  /// the rounding depends on `chunks` and never on `threads`.
  int chunks = 1;
  int threads = 1;         ///< that share the chunks; more than chunks are not used
  std::uint64_t seed = 0;  ///< of dropout's masks
};

/// Sums over the rows of one batch.
struct BatchResult {
  double loss_sum = 0;       ///< of the predictions' losses: divide by rows * positions() for the mean
  std::int64_t correct = 0;  ///< predictions whose largest output is the label; 0 where net::has_accuracy is not
};

/// What the last optimizer step did with the gradients; only measured where clipping is on.
struct StepReport {
  double gradient_norm = 0;  ///< Euclidean, of all gradients before clipping
  std::int64_t clipped = 0;  ///< gradient values (Clipping::value) or parameters that were changed
};

/// What a watched step saw of a tensor.
struct TensorWatch {
  QuickStatistics quick = {};
  std::int64_t count = 0;              ///< values seen
  std::int64_t first_non_finite = -1;  ///< an element, as [rows, features] are described; the first in memory
};

/// What a watched step saw of a node.
struct NodeWatch {
  TensorWatch output = {};    ///< count 0 where a relu's work is done on the way, so that it is never in memory
  TensorWatch gradient = {};  ///< of the mean loss; count 0 also where nobody needs it
};

/// The same with all there is to say of them. Over all chunks and, with accumulation, all parts of the step.
struct NodeStatistics {
  TensorStatistics output = {};
  TensorStatistics gradient = {};
};

class Plan final {
 public:
  /// @throws Error bad_shape, bad_value, unsupported (an op the engine cannot run; names the way out).
  Plan(const net::Graph& graph, const PlanOptions& options);
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  /// [batch_size, features]; write the first `rows` before each call. Token ids are whole numbers.
  [[nodiscard]] std::span<float> input() noexcept;
  /// Predictions per row: 1, or the positions of a sequence.
  [[nodiscard]] std::int64_t positions() const noexcept;
  /// [batch_size, positions] where the loss takes labels, else empty.
  [[nodiscard]] std::span<std::int32_t> labels() noexcept;
  /// [batch_size, positions, outputs] where the loss takes targets, else empty.
  [[nodiscard]] std::span<float> targets() noexcept;
  /// The network's output of the last call, [batch_size, positions, outputs].
  [[nodiscard]] std::span<const float> output() const noexcept;

  /// A parameter or statistic, in the layout of its ParameterSpec. @throws Error unknown_name, bad_shape.
  void set_parameter(std::string_view name, std::span<const float> values);
  [[nodiscard]] std::vector<float> parameter(std::string_view name) const;
  /// Copies all parameters and statistics to a plan of the same network.
  void copy_parameters_to(Plan& other) const;

  /// Forward pass and loss of the first `rows` rows, 1 <= rows <= batch_size, as in inference: no dropout,
  /// running statistics, no label smoothing.
  BatchResult evaluate(std::int64_t rows) noexcept;
  /// Forward, backward and one optimizer step; the loss is the mean over `rows`.
  BatchResult train_step(std::int64_t rows) noexcept;
  /// As train_step, showing every tensor to `tap`; gives the same bits.
  BatchResult train_step(std::int64_t rows, net::Tap& tap);
  /// Forward and backward without a step; the gradients can then be read, and `tap` sees everything.
  BatchResult gradients(std::int64_t rows, net::Tap* tap = nullptr);
  /// Forward pass and loss as in training, shown to `tap`, without gradients; changes no counter.
  BatchResult forward(std::int64_t rows, net::Tap& tap);
  /// ∂L/∂parameter of the last gradients() call, in the layout of its ParameterSpec.
  [[nodiscard]] std::vector<float> gradient(std::string_view name) const;

  /// Adds the gradients of these rows' losses, divided by `total_rows`, to what has been accumulated.
  /// @param tap  sees every tensor, gradients of this part alone; null: nobody does.
  BatchResult accumulate(std::int64_t rows, std::int64_t total_rows, net::Tap* tap = nullptr);
  /// One optimizer step with the accumulated gradients, which start from zero again.
  void step();
  [[nodiscard]] StepReport last_step() const noexcept;

  /// Whether the steps to come note quick statistics of every tensor, taken while it is in cache; the training's bits
  /// stay the same.
  void watch(bool on);
  /// What the last step saw, by net::NodeId and in the order of net::Graph::parameters(); empty when nobody watches.
  /// With accumulation, of all parts together. Gradients of parameters are those before clipping.
  [[nodiscard]] std::span<const NodeWatch> watched_nodes() const noexcept;
  [[nodiscard]] std::span<const UpdateStatistics> watched_parameters() const noexcept;
  /// Whether a watched step to come has full statistics as well, and those of the updates. They are of what the step
  /// shows while it is in cache: an output that a relu overwrites at once has none.
  void watch_fully(bool on);
  [[nodiscard]] std::span<const NodeStatistics> node_statistics() const noexcept;
  [[nodiscard]] std::span<const ParameterStatistics> parameter_statistics() const noexcept;

  /// Of the steps to come. @param rate  finite, >= 0.
  void set_learning_rate(double rate);
  /// This parameter learns at `factor` times the learning rate. @throws Error unknown_name, bad_value.
  void set_learning_rate_factor(std::string_view parameter, double factor);
  /// Whether the optimizer's weight decay acts on this parameter; it does unless told. @throws Error unknown_name.
  void set_weight_decay(std::string_view parameter, bool decays);

  /// Optimizer steps taken, and training passes, which select dropout's masks.
  [[nodiscard]] std::int64_t steps() const noexcept;
  [[nodiscard]] std::uint64_t passes() const noexcept;
  /// Everything besides parameters and statistics that a resumed training needs.
  void set_counters(std::int64_t steps, std::uint64_t passes) noexcept;
  /// How many state tensors the optimizer keeps per parameter, and their values in the parameter's layout.
  [[nodiscard]] std::size_t states() const noexcept;
  [[nodiscard]] std::vector<float> state(std::string_view parameter, std::size_t index) const;
  void set_state(std::string_view parameter, std::size_t index, std::span<const float> values);

  /// Bytes of the arena, and what the same tensors would take without sharing memory.
  [[nodiscard]] std::size_t arena_bytes() const noexcept;
  [[nodiscard]] std::size_t unshared_bytes() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fanin::engine
