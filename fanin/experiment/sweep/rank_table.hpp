// Rank tables: in each block (one setting of everything else) the treatments are ranked, and the ranks are averaged;
// Friedman's test says whether they could all be alike.
//
//     const RankTable table = rank_table({{0.88, 0.87, 0.10}, {0.86, 0.84, 0.10}});   // two blocks, three treatments
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fanin::experiment {

struct RankTable {
  std::int64_t blocks = 0;             ///< those in which every treatment has a value
  std::vector<double> mean_rank = {};  ///< by treatment; 1 is the best; NaN without a block
  double statistic = 0;                ///< Friedman's chi-squared, corrected for ties; NaN where it says nothing
  double p_value = 0;                  ///< of the chi-squared approximation; NaN likewise
};

/// @param blocks            rows of one value per treatment; a row with a NaN is left out.
/// @param larger_is_better  rank 1 goes to the largest value.
/// @source  Friedman 1937; Conover 1999, section 5.8 for ties; Demšar 2006, section 3.2.2.
RankTable rank_table(std::span<const std::vector<double>> blocks, bool larger_is_better = true);

}  // namespace fanin::experiment
