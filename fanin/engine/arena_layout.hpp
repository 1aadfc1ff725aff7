// Decides where each buffer of a plan lies in its one arena. Buffers whose lifetimes do not
// overlap share memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fanin::engine {

/// `floats` rounded up to whole cache lines.
constexpr std::size_t padded(std::size_t floats) noexcept { return (floats + 15) / 16 * 16; }

/// An identifier returned by ArenaLayout::add.
using BufferId = std::size_t;

class ArenaLayout final {
 public:
  /// A buffer of `floats` values that holds data from schedule position `first` to `last`, both included.
  BufferId add(std::size_t floats, std::int64_t first, std::int64_t last);
  /// Makes a buffer live at least until `last`.
  void extend(BufferId buffer, std::int64_t last);

  /// Places all buffers: a walk along the schedule that frees what has ended and takes the
  /// smallest free block that fits (best fit). Offsets are multiples of one cache line.
  void place();

  [[nodiscard]] std::size_t offset(BufferId buffer) const { return buffers_.at(buffer).offset; }
  /// Floats of the whole arena, and of all buffers laid end to end.
  [[nodiscard]] std::size_t total() const noexcept { return total_; }
  [[nodiscard]] std::size_t unshared() const noexcept;

 private:
  struct Buffer {
    std::size_t floats;  // rounded up to whole cache lines
    std::int64_t first;
    std::int64_t last;
    std::size_t offset = 0;
  };
  std::vector<Buffer> buffers_;
  std::size_t total_ = 0;
};

}  // namespace fanin::engine
