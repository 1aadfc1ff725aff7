// Several stores into one: the shards of a sweep that ran on several machines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "fanin/experiment/store/store.hpp"

namespace fanin::experiment {

struct MergeResult {
  std::int64_t experiments = 0;  ///< in the stores that were read; equal ones count once
  std::int64_t added = 0;        ///< runs that the target did not have
  std::int64_t replaced = 0;     ///< interrupted or failed runs of the target that another store completed
  std::int64_t equal = 0;        ///< runs that the target had already
};

/// Whether both say the same of the same run: everything but times.
bool same_result(const StoredRun& a, const StoredRun& b);

/// Adds the runs of `sources` to the store `target`, which is created where there is none. Experiments are the same
/// when kind, name and settings are, runs when their keys are. Nothing is written when two stores disagree about a
/// complete run; a merge that was killed can be repeated.
/// @throws Error bad_value for a disagreement, naming run and file; and as store.hpp.
MergeResult merge_stores(const std::filesystem::path& target, std::span<const std::filesystem::path> sources);

}  // namespace fanin::experiment
