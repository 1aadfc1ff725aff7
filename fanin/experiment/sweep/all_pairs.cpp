#include "fanin/experiment/sweep/all_pairs.hpp"

#include <cmath>
#include <limits>

#include "fanin/experiment/sweep/paired_tests.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostSums = 1 << 27;  // of sign flips for all pairs together: a second or so

std::size_t pair_count(std::size_t values) { return values < 2 ? 0 : values * (values - 1) / 2; }

double free_p_value(const std::vector<double>& differences, bool all_signs) {
  return all_signs ? sign_flip_p_value(differences) : wilcoxon_p_value(differences);
}

}  // namespace

std::vector<PairTest> test_all_pairs(std::span<const std::vector<double>> blocks) {
  const std::size_t values = blocks.empty() ? 0 : blocks.front().size();
  const auto n = static_cast<std::int64_t>(blocks.size());
  const bool freely = n >= fewest_blocks(values);
  const bool all_signs = n <= kMostSignFlips && static_cast<double>(pair_count(values)) * std::exp2(n) <= kMostSums;
  std::vector<PairTest> tests;
  std::vector<double> by_t;
  std::vector<double> by_signs;
  std::vector<double> differences(blocks.size());
  for (std::size_t a = 0; a < values; ++a) {
    for (std::size_t b = a + 1; b < values; ++b) {
      for (std::size_t i = 0; i < blocks.size(); ++i) differences[i] = blocks[i][a] - blocks[i][b];
      tests.push_back({.first = a, .second = b});
      by_t.push_back(paired_t_p_value(differences));
      by_signs.push_back(freely ? free_p_value(differences, all_signs) : kNaN);
    }
  }
  by_t = holm(by_t);
  by_signs = holm(by_signs);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    tests[i].t_p_value = by_t[i];
    tests[i].free_p_value = by_signs[i];
  }
  return tests;
}

std::int64_t fewest_blocks(std::size_t values) {
  std::int64_t blocks = 1;
  for (auto smallest = static_cast<double>(pair_count(values)); smallest >= kLevel; smallest /= 2) ++blocks;
  return blocks;
}

bool is_established(const PairTest& test) noexcept {
  const bool tested = !std::isnan(test.t_p_value) || !std::isnan(test.free_p_value);
  return tested && !(test.t_p_value >= kLevel) && !(test.free_p_value >= kLevel);
}

}  // namespace fanin::experiment
