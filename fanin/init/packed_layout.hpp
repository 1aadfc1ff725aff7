// A tensor as independent matrices: the blocks over its groups, gates and experts, each with outputs,
// inputs and kernel taps. Matrix schemes (orthogonal, identity, dirac, …) work block by block, so that
// packed LSTM gates, Q/K/V and grouped convolutions get what each matrix alone would get.
#pragma once

#include <cstdint>
#include <vector>

#include "fanin/net/parameter.hpp"

namespace fanin::init {

/// Where an element lies: which block, and row-major indices over the factors of each kind.
struct Place {
  std::int64_t block = 0;
  std::int64_t out = 0;
  std::int64_t in = 0;
  std::int64_t tap = 0;
};

class PackedLayout final {
 public:
  /// @param per_head  each attention head is a block of its own; else heads are part of the outputs.
  /// @throws Error bad_shape when the tensor has no input or no output axis, or no elements.
  explicit PackedLayout(const net::ParameterSpec& tensor, bool per_head = false);

  [[nodiscard]] std::int64_t blocks() const noexcept { return extents_[0]; }
  [[nodiscard]] std::int64_t outs() const noexcept { return extents_[1]; }
  [[nodiscard]] std::int64_t ins() const noexcept { return extents_[2]; }
  [[nodiscard]] std::int64_t taps() const noexcept { return extents_[3]; }
  /// Elements of one block.
  [[nodiscard]] std::int64_t block_size() const noexcept { return outs() * ins() * taps(); }
  /// The extents of the kernel axes, outermost first.
  [[nodiscard]] const std::vector<std::int64_t>& kernel() const noexcept { return kernel_; }
  /// The tap in the middle of every kernel axis: ⌊k/2⌋, or ⌊(k - 1)/2⌋ with `lower`.
  [[nodiscard]] std::int64_t center_tap(bool lower = false) const noexcept;
  /// Whether block b is elements b·block_size, … of the tensor.
  [[nodiscard]] bool blocks_are_contiguous() const noexcept;
  /// Whether the tensor is [blocks, outs, ins, taps] row-major.
  [[nodiscard]] bool is_row_major() const noexcept;

  [[nodiscard]] Place at(std::int64_t element) const noexcept;
  [[nodiscard]] std::int64_t element(const Place& place) const noexcept;

 private:
  struct Factor {
    int part = 0;  ///< 0 block, 1 out, 2 in, 3 tap
    std::int64_t extent = 1;
    std::int64_t stride = 1;       ///< in the tensor
    std::int64_t part_stride = 1;  ///< in its part's index
  };
  std::vector<Factor> factors_;  ///< outermost first
  std::int64_t extents_[4] = {1, 1, 1, 1};
  std::vector<std::int64_t> kernel_;
};

}  // namespace fanin::init
