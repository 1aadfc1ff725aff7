// The values of a plan's tensors, slice by slice. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fanin/experiment/weights/plan.hpp"

namespace fanin::experiment {

/// Refuses what a replayed stream cannot give: other element types than f32 and f64, rules that draw
/// neither uniform nor normal values, more than memory holds.
/// @throws Error unsupported, bad_value.
void check_replay(const WeightPlan& plan);

/// Gives slices of the tensors of one plan. Where a rule must draw a tensor whole, the last such tensor is
/// kept, so ask for one tensor's slices one after the other. Not for several threads at once.
class TensorValues final {
 public:
  /// @param plan  must outlive the object. @param threads  >= 1; the bytes do not depend on it.
  TensorValues(const WeightPlan& plan, unsigned threads);
  ~TensorValues();

  /// Elements first, first + 1, … of tensor `index` of the plan.
  /// @throws Error bad_shape for a slice out of range; what the rule or the copied file throws.
  void read(std::size_t index, std::uint64_t first, std::span<std::byte> out);

 private:
  void draw_whole(std::size_t index);
  void replay_all();

  const WeightPlan& plan_;
  unsigned threads_;
  std::size_t whole_index_;
  std::vector<std::byte> whole_;                  // of tensor whole_index_
  std::vector<std::vector<std::byte>> replayed_;  // all tensors, of a replayed stream
};

}  // namespace fanin::experiment
