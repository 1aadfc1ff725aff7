// Runs a compiled graph over the chunks of a batch with a team of threads: forward, loss, backward.
// What is computed depends on the chunks alone, never on the number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/engine/compile.hpp"
#include "fanin/engine/losses/loss_kernels.hpp"
#include "fanin/engine/step_watch.hpp"
#include "fanin/engine/team.hpp"

namespace fanin::engine {

/// What a batch's outputs are compared with.
struct LossSettings {
  LossFunction function = nullptr;
  const std::int32_t* labels = nullptr;  ///< [batch, positions]
  const float* targets = nullptr;        ///< [batch, positions, outputs]
  double label_smoothing = 0;
  double normalizer = 1;  ///< predictions that the gradients are the mean over
};

/// One pass over the first `rows` rows.
struct Pass {
  std::int64_t rows = 0;
  bool training = false;
  bool backward = false;
  std::uint64_t number = 0;  ///< selects dropout's masks
  LossSettings loss = {};
  std::span<const StepScalars> scalars = {};
  UpdateFunction update = nullptr;  ///< null: each chunk's gradients stay where its slots say
  WatchedUpdateFunction watched_update = nullptr;
  StepWatch* watch = nullptr;  ///< null: nobody watches
};

class Executor final {
 public:
  Executor(CompiledGraph& graph, int threads);

  /// With `update`, every parameter is moved as soon as its gradient is known; no slot may keep one.
  BatchResult run(const Pass& pass) noexcept;
  /// The same bits in the calling thread, showing every tensor; gradients stay where the slots say.
  BatchResult run_watched(const Pass& pass, net::Tap& tap);

  [[nodiscard]] Team& team() noexcept { return team_; }
  /// The network's output of the last pass, [batch, outputs].
  [[nodiscard]] std::span<const float> output() const noexcept { return output_.span(); }
  /// Chunks that hold some of `rows` rows.
  [[nodiscard]] std::size_t live_chunks(std::int64_t rows) const noexcept;

 private:
  [[nodiscard]] std::int64_t rows_of(std::size_t chunk, std::int64_t rows) const noexcept;
  [[nodiscard]] ForwardRun forward_run(const Pass& pass, std::size_t chunk, bool watched = false) const noexcept;
  [[nodiscard]] BackwardRun backward_run(const Pass& pass, std::size_t chunk) const noexcept;
  [[nodiscard]] bool runs_forward(std::size_t id) const noexcept;
  [[nodiscard]] bool runs_backward(std::size_t id) const noexcept;
  void forward(const Pass& pass, int member) noexcept;
  void backward(const Pass& pass, int member) noexcept;
  void backward_chunk(CompiledNode& node, const Pass& pass, std::size_t chunk) noexcept;
  BatchResult loss(const Pass& pass, std::size_t chunk) noexcept;
  void show(net::Tap& tap, net::TapKind kind, const CompiledNode& node, std::span<float* const> chunks,
            std::int64_t rows) const;
  void plan_ring();
  void point_into_ring(std::size_t node, std::size_t chunk) noexcept;
  void reduce_and_update(const CompiledNode& node, const Pass& pass, int member) noexcept;

  CompiledGraph& graph_;
  Team team_;
  std::vector<BatchResult> results_;  // by chunk
  AlignedBuffer<float> output_;
  // Where the chunks put their gradients before they are summed: successive nodes share one half until it
  // is full, and the next ones take the other.
  struct RingPlace {
    std::size_t offset = 0;  // in a half
    std::size_t half = 0;
    std::vector<std::size_t> due = {};  // the nodes whose gradients are summed after this one
  };
  std::vector<RingPlace> places_;  // by node
  AlignedBuffer<float> ring_;
  std::size_t half_floats_ = 0;  // of one chunk
};

/// The part [first, last) of `count` values that a member of a team works on, at boundaries of `unit` values: a cache
/// line, or a block of StepWatch.
struct Share {
  std::size_t first = 0;
  std::size_t last = 0;
};
Share share_of(std::size_t count, int member, int members, std::size_t unit = 16) noexcept;

/// to[i] = from[0][i] + from[1][i] + … in this order. `to` may be from[0].
void sum_in_order(std::span<const float* const> from, std::size_t first, std::size_t last, float* to) noexcept;

}  // namespace fanin::engine
