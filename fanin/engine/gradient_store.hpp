// Whole gradients, for steps that must see all of them before the first parameter moves: clipping by
// norm, accumulation over several batches, and whoever wants to read them.
#pragma once

#include <cstdint>
#include <span>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/engine/compile.hpp"
#include "fanin/engine/execute.hpp"
#include "fanin/engine/plan.hpp"
#include "fanin/engine/team.hpp"

namespace fanin::engine {

class GradientStore final {
 public:
  explicit GradientStore(CompiledGraph& graph) : graph_(graph) {}

  /// Points every slot at memory of its own; allocates at the first call.
  void attach();
  /// Adds the chunks' gradients to the total, or starts the total from them. Slots then keep none.
  void collect(std::size_t live_chunks, Team& team) noexcept;
  /// How parameters move, and where what is seen of it goes.
  struct Update {
    std::span<const StepScalars> scalars = {};
    UpdateFunction function = nullptr;
    WatchedUpdateFunction watched = nullptr;
    StepWatch* watch = nullptr;  ///< null: nobody watches
  };
  /// Clips the total and moves the parameters; the next collect starts anew.
  StepReport apply(const PlanOptions& options, const Update& update, Team& team) noexcept;
  /// The next collect starts from zero.
  void reset() noexcept { empty_ = true; }

  /// Whether a total was ever collected, and its values for one parameter, in the engine's layout.
  [[nodiscard]] bool has_total() const noexcept { return total_.size() != 0; }
  [[nodiscard]] const float* total(std::size_t slot) const noexcept { return total_.data() + offsets_[slot]; }

 private:
  void measure(std::size_t slot, Team& team) noexcept;
  void move(std::size_t slot, Share share, const Update& update) noexcept;

  CompiledGraph& graph_;
  std::vector<std::size_t> offsets_;  // by slot; the last is the whole
  AlignedBuffer<float> total_;
  AlignedBuffer<float> chunks_;  // one whole gradient after another
  std::vector<double> squares_;  // by block of the parameter being measured
  bool empty_ = true;
};

}  // namespace fanin::engine
