#include "fanin/experiment/sweep/rank_table.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>

#include "fanin/experiment/sweep/paired_tests.hpp"

namespace fanin::experiment {

RankTable rank_table(std::span<const std::vector<double>> blocks, bool larger_is_better) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  RankTable table;
  table.statistic = kNaN;
  table.p_value = kNaN;
  if (blocks.empty()) return table;
  const std::size_t treatments = blocks.front().size();
  std::vector<double> sums(treatments, 0.0);
  double squares = 0;  // of all ranks
  for (const std::vector<double>& block : blocks) {
    if (std::any_of(block.begin(), block.end(), [](double value) { return std::isnan(value); })) continue;
    std::vector<double> values = block;
    if (larger_is_better) {
      for (double& value : values) value = -value;
    }
    const std::vector<double> ranks = mid_ranks(values);
    for (std::size_t i = 0; i < treatments; ++i) {
      sums[i] += ranks[i];
      squares += ranks[i] * ranks[i];
    }
    ++table.blocks;
  }
  const auto b = static_cast<double>(table.blocks);
  const auto k = static_cast<double>(treatments);
  for (const double sum : sums) table.mean_rank.push_back(table.blocks == 0 ? kNaN : sum / b);
  if (table.blocks < 2 || treatments < 2) return table;
  // Between the treatments' rank sums, over what is left of the ranks' spread where values are equal.
  double between = 0;
  for (const double sum : sums) between += (sum - b * (k + 1) / 2) * (sum - b * (k + 1) / 2);
  const double spread = squares - b * k * (k + 1) * (k + 1) / 4;
  if (!(spread > 0)) return table;  // every block is one tie
  table.statistic = (k - 1) * between / spread;
  const boost::math::chi_squared_distribution<double> law(k - 1);
  table.p_value = boost::math::cdf(boost::math::complement(law, table.statistic));
  return table;
}

}  // namespace fanin::experiment
