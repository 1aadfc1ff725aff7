// Sharing a run of indices among threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace fanin::random {

/// Calls work(from, to) for consecutive parts of [0, count), one in each of `threads` threads, the last in the
/// calling one. Parts begin at multiples of `grain`. `work` must not throw.
template <typename Work>
void share(std::uint64_t count, std::uint64_t grain, unsigned threads, const Work& work) {
  const std::uint64_t grains = (count + grain - 1) / grain;
  const std::uint64_t parts = std::clamp<std::uint64_t>(threads, 1, std::max<std::uint64_t>(grains, 1));
  const auto begin_of = [&](std::uint64_t part) {
    return std::min(count, (grains / parts * part + std::min(part, grains % parts)) * grain);
  };
  std::vector<std::thread> helpers;
  helpers.reserve(parts - 1);
  std::uint64_t part = 0;
  for (; part + 1 < parts; ++part) {
    try {
      helpers.emplace_back([&work, from = begin_of(part), to = begin_of(part + 1)] { work(from, to); });
    } catch (const std::system_error&) {
      break;  // no more threads to be had: the calling one does the rest
    }
  }
  work(begin_of(part), count);
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace fanin::random
