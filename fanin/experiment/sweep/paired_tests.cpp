#include "fanin/experiment/sweep/paired_tests.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "fanin/core/error.hpp"
#include "fanin/experiment/statistics.hpp"

namespace fanin::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostExactRanks = 100;

bool all_zero(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == 0; });
}

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

/// The probability that the sum of ranks with random signs is at most `sum`. Twice a mid-rank is a whole number.
double exact_lower_tail(const std::vector<std::size_t>& doubled_ranks, std::size_t doubled_sum) {
  const std::size_t total = std::accumulate(doubled_ranks.begin(), doubled_ranks.end(), std::size_t{0});
  std::vector<double> probability(total + 1, 0.0);
  probability[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : doubled_ranks) {
    reached += rank;
    for (std::size_t sum = reached + 1; sum-- > 0;) {
      const double with = sum >= rank ? probability[sum - rank] : 0;
      probability[sum] = 0.5 * (probability[sum] + with);
    }
  }
  double tail = 0;
  for (std::size_t sum = 0; sum <= doubled_sum; ++sum) tail += probability[sum];
  return tail;
}

/// Sum of t³ - t over groups of equal values.
double tie_term(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double term = 0;
  for (std::size_t begin = 0; begin < values.size();) {
    std::size_t end = begin;
    while (end < values.size() && values[end] == values[begin]) ++end;
    const auto t = static_cast<double>(end - begin);
    term += t * t * t - t;
    begin = end;
  }
  return term;
}

}  // namespace

std::vector<double> mid_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
    begin = end;
  }
  return ranks;
}

double paired_t_p_value(std::span<const double> differences) {
  const Estimate estimate = estimate_mean(differences);
  if (estimate.count < 2 || !std::isfinite(estimate.mean) || !std::isfinite(estimate.std_dev)) return kNaN;
  if (all_zero(differences)) return 1;
  if (is_without_spread(estimate)) return kNaN;
  const auto n = static_cast<double>(estimate.count);
  const double t = std::abs(estimate.mean) / (estimate.std_dev / std::sqrt(n));
  const boost::math::students_t_distribution<double> law(n - 1);
  return 2 * boost::math::cdf(boost::math::complement(law, t));
}

double sign_flip_p_value(std::span<const double> differences) {
  if (differences.size() > static_cast<std::size_t>(kMostSignFlips)) {
    throw Error(ErrorCode::bad_value, "sign_flip_p_value", "more than 20 pairs have too many signs to try them all");
  }
  if (differences.empty() || !all_finite(differences)) return kNaN;
  double observed = 0;
  double size = 0;
  for (const double d : differences) {
    observed += d;
    size += std::abs(d);
  }
  // Sums of the same numbers in another grouping differ in their last bits; such a one is as far from zero.
  const double bound = std::abs(observed) - 1e-12 * size;
  const std::uint64_t all = std::uint64_t{1} << differences.size();
  std::uint64_t as_far = 0;
  double sum = size;  // of the signs of a Gray code, in which one sign changes at a time; bit set: negative
  std::vector<double> signed_values;
  for (const double d : differences) signed_values.push_back(std::abs(d));
  for (std::uint64_t i = 0; i < all; ++i) {
    if (i > 0) {
      double& value = signed_values[static_cast<std::size_t>(__builtin_ctzll(i))];
      sum -= 2 * value;
      value = -value;
    }
    if (std::abs(sum) >= bound) ++as_far;
  }
  return static_cast<double>(as_far) / static_cast<double>(all);
}

double wilcoxon_p_value(std::span<const double> differences) {
  if (differences.empty() || !all_finite(differences)) return kNaN;
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double d : differences) {
    if (d == 0) continue;
    sizes.push_back(std::abs(d));
    positive.push_back(d > 0);
  }
  if (sizes.empty()) return 1;
  const std::vector<double> ranks = mid_ranks(sizes);
  double plus = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) plus += positive[i] ? ranks[i] : 0;
  const auto n = static_cast<double>(sizes.size());
  const double total = n * (n + 1) / 2;
  const double smaller = std::min(plus, total - plus);
  if (sizes.size() <= kMostExactRanks) {
    std::vector<std::size_t> doubled;
    for (const double rank : ranks) doubled.push_back(static_cast<std::size_t>(std::llround(2 * rank)));
    return std::min(1.0, 2 * exact_lower_tail(doubled, static_cast<std::size_t>(std::llround(2 * smaller))));
  }
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - tie_term(sizes) / 48;
  const double z = std::max(0.0, total / 2 - smaller - 0.5) / std::sqrt(variance);
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal_distribution<double>(), z));
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size(), kNaN);
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, p_values[order[i]] * static_cast<double>(order.size() - i));
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

}  // namespace fanin::experiment
