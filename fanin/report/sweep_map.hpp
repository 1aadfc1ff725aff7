// The map of a sweep over two numbers, as far as it has one: accuracy by both, and, for depth against weight variance,
// the depth beyond which theory says that a signal does not arrive.
#pragma once

#include <optional>
#include <vector>

#include "fanin/experiment/sweep/sweep_summary.hpp"
#include "fanin/report/heatmap.hpp"

namespace fanin::report {

struct SweepMap {
  Heatmap picture;
  std::vector<double> trainable_depth = {};  ///< 6 ξ by column; empty where theory has nothing to say of these axes
};

/// Nothing unless exactly two axes with several numbers each were swept, and answers are right or wrong.
/// @source  of the depth 6 ξ: Schoenholz et al. 2017, arXiv:1611.01232, section 5.
std::optional<SweepMap> sweep_map(const experiment::SweepResult& result, const experiment::SweepSummary& summary);

}  // namespace fanin::report
