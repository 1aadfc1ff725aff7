#include "fanin/engine/arena_layout.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <utility>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"

namespace fanin::engine {
namespace {

constexpr std::size_t kLine = kAlignment / sizeof(float);

// Free blocks of the arena by offset; neighbours are merged.
class FreeList {
 public:
  // The offset of a block of `size`, from the smallest free block that holds it, or from the end.
  std::size_t take(std::size_t size, std::size_t& end) {
    auto best = blocks_.end();
    for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
      if (block->second >= size && (best == blocks_.end() || block->second < best->second)) best = block;
    }
    if (best == blocks_.end()) {
      // A free block at the very end can grow instead of leaving a hole.
      if (!blocks_.empty()) {
        const auto last = std::prev(blocks_.end());
        if (last->first + last->second == end) {
          const std::size_t offset = last->first;
          blocks_.erase(last);
          end = offset + size;
          return offset;
        }
      }
      return std::exchange(end, end + size);
    }
    const auto [offset, available] = *best;
    blocks_.erase(best);
    if (available > size) blocks_.emplace(offset + size, available - size);
    return offset;
  }

  void give(std::size_t offset, std::size_t size) {
    auto block = blocks_.emplace(offset, size).first;
    const auto next = std::next(block);
    if (next != blocks_.end() && block->first + block->second == next->first) {
      block->second += next->second;
      blocks_.erase(next);
    }
    if (block != blocks_.begin()) {
      const auto previous = std::prev(block);
      if (previous->first + previous->second == block->first) {
        previous->second += block->second;
        blocks_.erase(block);
      }
    }
  }

 private:
  std::map<std::size_t, std::size_t> blocks_;
};

}  // namespace

BufferId ArenaLayout::add(std::size_t floats, std::int64_t first, std::int64_t last) {
  FANIN_ASSERT(first <= last);
  buffers_.push_back({(floats + kLine - 1) / kLine * kLine, first, last});
  return buffers_.size() - 1;
}

void ArenaLayout::extend(BufferId buffer, std::int64_t last) {
  buffers_.at(buffer).last = std::max(buffers_.at(buffer).last, last);
}

void ArenaLayout::place() {
  std::vector<BufferId> order(buffers_.size());
  std::iota(order.begin(), order.end(), BufferId{0});
  std::stable_sort(order.begin(), order.end(),
                   [this](BufferId a, BufferId b) { return buffers_[a].first < buffers_[b].first; });
  using Ending = std::pair<std::int64_t, BufferId>;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings;
  FreeList free_blocks;
  total_ = 0;
  for (const BufferId id : order) {
    Buffer& buffer = buffers_[id];
    while (!endings.empty() && endings.top().first < buffer.first) {
      const Buffer& ended = buffers_[endings.top().second];
      free_blocks.give(ended.offset, ended.floats);
      endings.pop();
    }
    if (buffer.floats == 0) continue;
    buffer.offset = free_blocks.take(buffer.floats, total_);
    endings.emplace(buffer.last, id);
  }
}

std::size_t ArenaLayout::unshared() const noexcept {
  std::size_t sum = 0;
  for (const Buffer& buffer : buffers_) sum += buffer.floats;
  return sum;
}

}  // namespace fanin::engine
