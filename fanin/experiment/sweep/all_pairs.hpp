// Every value of an axis against every other one, over blocks that have a score of each. The pairs are one family:
// which of them is looked at may then be chosen by the same scores, as it is where the best value is held against the
// others.
//
//     const std::vector<PairTest> tests = test_all_pairs({{0.88, 0.87, 0.10}, {0.86, 0.84, 0.10}});   // two blocks
//     if (is_established(tests[0])) ...   // the first against the second
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fanin::experiment {

inline constexpr double kLevel = 0.05;  ///< chance of any false verdict in a family

struct PairTest {
  std::size_t first = 0;  ///< of the values' positions, the smaller one
  std::size_t second = 0;
  double t_p_value = 0;     ///< Student's paired t with Holm's correction; NaN as paired_t_p_value
  double free_p_value = 0;  ///< of all sign flips or Wilcoxon's signed ranks, likewise; NaN below fewest_blocks
};

/// Pairs (0, 1), (0, 2), ..., (1, 2), ...: all of them.
/// @param blocks  rows of one score per value, finite; all of the same length.
std::vector<PairTest> test_all_pairs(std::span<const std::vector<double>> blocks);

/// How many blocks a test by signs needs to reach kLevel at all: with fewer, the smallest of its p-values, 2^(1-n), is
/// too large once it is corrected for the number of pairs.
std::int64_t fewest_blocks(std::size_t values);

/// Whether every p-value that there is lies below kLevel, and there is one.
bool is_established(const PairTest& test) noexcept;

}  // namespace fanin::experiment
