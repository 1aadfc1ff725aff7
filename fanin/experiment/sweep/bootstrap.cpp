#include "fanin/experiment/sweep/bootstrap.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "fanin/experiment/statistics.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

/// The share of the resampled means on each side of the interval of n values.
double tail_of(std::size_t n) {
  const auto count = static_cast<double>(n);
  const double half = student_quantile(0.975, count - 1) * std::sqrt(count / (count - 1));
  return boost::math::cdf(boost::math::normal_distribution<double>(), -half);
}

/// The value below which a share of the sorted values lies, between neighbours linearly.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(at));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Interval bootstrap_mean(std::span<const double> values, std::string_view name, std::int64_t resamples) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const bool finite = std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  if (values.size() < kFewestValues || resamples < 1 || !finite) return {kNaN, kNaN};
  const random::Stream stream(1, "bootstrap/" + std::string(name));
  std::vector<std::uint64_t> picks(values.size());
  std::vector<double> means;
  means.reserve(static_cast<std::size_t>(resamples));
  for (std::int64_t r = 0; r < resamples; ++r) {
    random::fill_integers(stream, static_cast<std::uint64_t>(r) * values.size(), values.size(), picks);
    double sum = 0;
    for (const std::uint64_t pick : picks) sum += values[pick];
    means.push_back(sum / static_cast<double>(values.size()));
  }
  std::sort(means.begin(), means.end());
  const double tail = tail_of(values.size());
  return {quantile(means, tail), quantile(means, 1 - tail)};
}

}  // namespace fanin::experiment
