// Writing a planned set of weights, which may be larger than memory: drawn chunk by chunk while the
// chunk before is being written. The bytes depend on the plan alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "fanin/experiment/weights/plan.hpp"

namespace fanin::experiment {

enum class WeightFormat { safetensors, npz };
/// By the name's ending; what is no regular file (/dev/stdout, a pipe) gets safetensors.
/// @throws Error bad_value for any other ending.
WeightFormat weight_format(const std::filesystem::path& path);

struct WriteOptions {
  std::filesystem::path path;         ///< its ending chooses the format
  unsigned threads = 1;               ///< that draw; one more writes
  std::uint64_t max_shard_bytes = 0;  ///< 0: one file; safetensors only
  /// Continue what an interrupted call left beside the target ("<file>.partial"), after comparing it with
  /// what the plan gives. Only safetensors can be continued. Without it partial files are dropped.
  bool resume = false;
  /// Sees every byte of every tensor once, a tensor's bytes in order: (index in the plan, byte within the
  /// tensor, bytes). Called by one thread at a time.
  std::function<void(std::size_t tensor, std::uint64_t first, std::span<const std::byte> bytes)> inspect = {};
};

/// What a display reads while the work goes on.
struct WriteProgress {
  std::atomic<std::uint64_t> total{0};    ///< bytes of tensors
  std::atomic<std::uint64_t> written{0};  ///< of them, the checked ones included
  std::atomic<std::uint64_t> checked{0};  ///< bytes of a partial file found to be right
};

struct WriteResult {
  bool interrupted = false;      ///< by the stop token
  std::uint64_t bytes = 0;       ///< of tensors, in the files now
  std::uint64_t resumed = 0;     ///< of them, found in a partial file
  bool partial_dropped = false;  ///< the partial file held other bytes, so all was written anew
  std::vector<std::filesystem::path> files;
};

/// Writes every tensor. When stopped, a safetensors file leaves what resume needs, an .npz nothing. On an
/// error nothing stays, except that with `resume` the partial files do.
/// @throws Error as check_plan; unsupported (an element type the format lacks, resuming an .npz); bad_value (options, a
/// partial
///         file of another recipe); io_failure.
WriteResult write_weights(const WeightPlan& plan, const WriteOptions& options, WriteProgress* progress = nullptr,
                          std::stop_token stop = {});

}  // namespace fanin::experiment
