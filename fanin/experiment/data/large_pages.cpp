#include "fanin/experiment/data/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace fanin::experiment {
namespace {

constexpr std::uintptr_t kPage = std::uintptr_t{2} << 20;  // bytes: the smallest large page of x86-64 and AArch64

template <typename T>
void move_to_large_pages(std::vector<T>& values) {
  const std::size_t bytes = values.size() * sizeof(T);
  if (bytes < 2 * kPage) return;
  std::vector<T> moved;
  moved.reserve(values.size());  // fresh memory, not yet touched: its pages can still be large
  const auto begin = reinterpret_cast<std::uintptr_t>(moved.data());
  const std::uintptr_t first = (begin + kPage - 1) / kPage * kPage;
  const std::uintptr_t last = (begin + bytes) / kPage * kPage;
  // A refusal leaves ordinary pages, which work as well, only slower.
  static_cast<void>(::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE));
  moved.insert(moved.end(), values.begin(), values.end());
  values = std::move(moved);
}

}  // namespace

void use_large_pages(Samples& samples) {
  std::visit([](auto& values) { move_to_large_pages(values); }, samples.values);
}

}  // namespace fanin::experiment
