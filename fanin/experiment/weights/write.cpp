#include "fanin/experiment/weights/write.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/sink.hpp"
#include "fanin/experiment/weights/values.hpp"

namespace fanin::experiment {
namespace {

// Small enough for the second-level caches, large enough that starting threads for it costs nothing.
constexpr std::size_t kChunk = std::size_t{4} << 20;

std::uint64_t bytes_of(const PlannedTensor& tensor) {
  return static_cast<std::uint64_t>(tensor.parameter.shape().count()) * size_of(tensor.dtype);
}

std::size_t rounded_up(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/// Slices of tensors that lie one behind the other in memory, each aligned.
struct Chunk {
  struct Part {
    Piece piece;
    std::size_t offset = 0;
  };
  AlignedBuffer<std::byte> memory{kChunk};
  std::vector<Part> parts;
  std::size_t used = 0;

  [[nodiscard]] std::span<std::byte> at(const Part& part) {
    return memory.span().subspan(part.offset, static_cast<std::size_t>(part.piece.bytes));
  }
};

/// Walks the tensors in the sink's order from a byte of their sequence to another.
class Walk final {
 public:
  Walk(const WeightPlan& plan, const std::vector<std::size_t>& order, std::uint64_t from, std::uint64_t to)
      : plan_(plan), order_(order), left_(to - from) {
    while (next_ < order_.size() && from >= size(next_) && !(from == 0 && size(next_) == 0)) from -= size(next_++);
    byte_ = from;
  }

  [[nodiscard]] bool done() const { return next_ == order_.size() || (left_ == 0 && size(next_) != 0); }

  /// Fills the chunk's list of parts, not their bytes.
  void take(Chunk& chunk) {
    chunk.parts.clear();
    chunk.used = 0;
    while (!done() && chunk.used < kChunk) {
      const std::uint64_t room = kChunk - chunk.used;
      const std::uint64_t bytes = std::min({size(next_) - byte_, room, left_});
      chunk.parts.push_back({{order_[next_], byte_, bytes}, chunk.used});
      chunk.used += rounded_up(static_cast<std::size_t>(bytes));
      byte_ += bytes;
      left_ -= bytes;
      if (byte_ == size(next_)) {
        ++next_;
        byte_ = 0;
      }
    }
  }

 private:
  [[nodiscard]] std::uint64_t size(std::size_t i) const { return bytes_of(plan_.tensors[order_[i]]); }

  const WeightPlan& plan_;
  const std::vector<std::size_t>& order_;
  std::uint64_t left_;
  std::size_t next_ = 0;
  std::uint64_t byte_ = 0;
};

class Job final {
 public:
  Job(const WeightPlan& plan, const WriteOptions& options, WriteProgress& progress, std::stop_token stop)
      : plan_(plan), options_(options), progress_(progress), stop_(std::move(stop)), values_(plan, options.threads) {}

  WriteResult run() {
    progress_.total = plan_.bytes();
    sink_ = open_sink(plan_, options_, options_.resume);
    try {
      return write_all();
    } catch (...) {
      if (!options_.resume) sink_->discard();
      throw;
    }
  }

 private:
  WriteResult write_all() {
    WriteResult result;
    if (options_.resume && !partial_is_right() && !stop_.stop_requested()) {
      result.partial_dropped = true;
      sink_.reset();
      sink_ = open_sink(plan_, options_, false);
    }
    result.resumed = sink_->written();
    result.interrupted = !pump();
    result.bytes = progress_.written;
    if (!result.interrupted) sink_->commit();
    result.files = sink_->files();
    return result;
  }

  void fill(Chunk& chunk) {
    for (const Chunk::Part& part : chunk.parts) {
      const std::size_t width = size_of(plan_.tensors[part.piece.tensor].dtype);
      values_.read(part.piece.tensor, part.piece.first / width, chunk.at(part));
    }
  }

  void look_at(Chunk& chunk) {
    if (!options_.inspect) return;
    for (const Chunk::Part& part : chunk.parts) options_.inspect(part.piece.tensor, part.piece.first, chunk.at(part));
  }

  /// Draws what the partial files should hold and compares. A machine that lost power may have left
  /// anything there.
  bool partial_is_right() {
    const std::uint64_t end = sink_->written();
    if (end == 0) return true;
    Walk walk(plan_, sink_->order(), 0, end);
    Chunk& chunk = chunks_[0];
    Chunk& found = chunks_[1];
    std::uint64_t at = 0;
    while (!walk.done() && !stop_.stop_requested()) {
      walk.take(chunk);
      fill(chunk);
      look_at(chunk);
      for (const Chunk::Part& part : chunk.parts) {
        const std::span<std::byte> expected = chunk.at(part);
        const std::span<std::byte> stored = found.memory.span().first(expected.size());
        sink_->read_back(at, stored);
        if (!expected.empty() && std::memcmp(expected.data(), stored.data(), expected.size()) != 0) return false;
        at += expected.size();
      }
      progress_.checked = at;
      progress_.written = at;
    }
    return true;
  }

  /// Draws a chunk while the one before is written. False when stopped.
  bool pump() {
    progress_.written = sink_->written();
    progress_.checked = sink_->written();
    Walk walk(plan_, sink_->order(), sink_->written(), plan_.bytes());
    std::future<void> writing;
    std::size_t turn = 0;
    while (!walk.done() && !stop_.stop_requested()) {
      Chunk& chunk = chunks_[turn];
      walk.take(chunk);
      fill(chunk);
      if (writing.valid()) writing.get();
      writing = std::async(std::launch::async, [this, &chunk] { put(chunk); });
      turn = 1 - turn;
    }
    if (writing.valid()) writing.get();
    return walk.done();
  }

  void put(Chunk& chunk) {
    for (const Chunk::Part& part : chunk.parts) {
      sink_->write(part.piece, chunk.at(part));
      progress_.written += part.piece.bytes;
    }
    look_at(chunk);
  }

  const WeightPlan& plan_;
  const WriteOptions& options_;
  WriteProgress& progress_;
  std::stop_token stop_;
  TensorValues values_;
  std::unique_ptr<WeightSink> sink_;
  std::array<Chunk, 2> chunks_;
};

}  // namespace

WeightFormat weight_format(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".safetensors") return WeightFormat::safetensors;
  if (ending == ".npz") return WeightFormat::npz;
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  const bool special = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
                       !std::filesystem::is_directory(status);
  if (special) return WeightFormat::safetensors;
  throw Error(ErrorCode::bad_value, path.string(), "a file of weights ends in .safetensors or .npz");
}

WriteResult write_weights(const WeightPlan& plan, const WriteOptions& options, WriteProgress* progress,
                          std::stop_token stop) {
  check_plan(plan);
  WriteProgress unseen;
  return Job(plan, options, progress != nullptr ? *progress : unseen, std::move(stop)).run();
}

}  // namespace fanin::experiment
