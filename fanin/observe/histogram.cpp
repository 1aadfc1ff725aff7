#include "fanin/observe/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace fanin::observe {

Histogram histogram(std::span<const float> values, const TensorStatistics& statistics) {
  constexpr double kReach = 4;  // standard deviations
  Histogram out;
  if (statistics.finite_count() == 0) return out;
  const double std_dev = std::sqrt(statistics.variance);
  out.low = std::max(statistics.minimum, statistics.mean - kReach * std_dev);
  out.high = std::min(statistics.maximum, statistics.mean + kReach * std_dev);
  const double per_value = kHistogramBins / (out.high - out.low);
  if (!(out.high > out.low) || !std::isfinite(per_value)) {  // also where the range is too small or too large to divide
    out.low = statistics.minimum;
    out.high = statistics.maximum;
    out.counts = {statistics.finite_count()};
    return out;
  }
  out.counts.assign(kHistogramBins, 0);
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double at = (static_cast<double>(value) - out.low) * per_value;
    ++out.counts[static_cast<std::size_t>(std::clamp(at, 0.0, kHistogramBins - 1.0))];
  }
  return out;
}

}  // namespace fanin::observe
