// Runs cases: a probe of each, and what rule sets make of its trace.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/faults/corpus.hpp"
#include "tests/faults/data_sets.hpp"
#include "tests/faults/score.hpp"

namespace fanin::faults {

struct RunOptions {
  bool baselines = false;                        ///< the published rule sets too
  std::function<void(const Case&)> before = {};  ///< called with each case
};

struct Run {
  std::vector<Answer> answers = {};         ///< fanin's
  std::vector<std::string> baselines = {};  ///< names
  std::vector<std::vector<Answer>> baseline_answers = {};
  std::vector<std::string> skipped = {};  ///< "id: why", where this machine lacks the data
};

/// @param cases  must outlive the run's answers, which point at them.
Run run_cases(const std::vector<Case>& cases, DataSets& data, const RunOptions& options);

/// Every n-th case of each group, so that about `count` are left, in their order.
std::vector<Case> stratified(const std::vector<Case>& cases, std::size_t count);

}  // namespace fanin::faults
