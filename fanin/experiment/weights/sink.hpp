// Where written weights go: one interface over the file formats. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fanin/experiment/weights/write.hpp"

namespace fanin::experiment {

/// A slice of a tensor of the plan.
struct Piece {
  std::size_t tensor = 0;   ///< index in the plan
  std::uint64_t first = 0;  ///< byte
  std::uint64_t bytes = 0;
};

class WeightSink {
 public:
  virtual ~WeightSink() = default;
  WeightSink() = default;
  WeightSink(const WeightSink&) = delete;
  WeightSink& operator=(const WeightSink&) = delete;

  /// The tensors' indices in the order in which they are to be written.
  [[nodiscard]] const std::vector<std::size_t>& order() const noexcept { return order_; }
  /// Bytes of that sequence which stand already, a whole number of elements.
  [[nodiscard]] virtual std::uint64_t written() const noexcept { return 0; }
  /// Copies bytes of the sequence that stand already.
  virtual void read_back(std::uint64_t first, std::span<std::byte> dst) const;
  /// The next piece; an empty tensor is one empty piece.
  virtual void write(const Piece& piece, std::span<const std::byte> bytes) = 0;
  /// Gives the files their names.
  virtual void commit() = 0;
  /// Removes what was written, also what could be resumed.
  virtual void discard() noexcept = 0;
  [[nodiscard]] virtual std::vector<std::filesystem::path> files() const = 0;

 protected:
  std::vector<std::size_t> order_;
};

/// @param keep  continue what stands there. @throws Error as write_weights.
std::unique_ptr<WeightSink> open_sink(const WeightPlan& plan, const WriteOptions& options, bool keep);

}  // namespace fanin::experiment
