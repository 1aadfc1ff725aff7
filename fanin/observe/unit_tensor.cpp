#include "fanin/observe/unit_tensor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace fanin::observe {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t index(std::int64_t i) noexcept { return static_cast<std::size_t>(i); }

// Fixed numbers in [0.5, 1.5): SplitMix64 of the position (Steele et al. 2014).
std::vector<double> weights(std::int64_t count, std::uint64_t salt) {
  std::vector<double> all(index(count));
  std::uint64_t state = salt;
  for (double& weight : all) {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    weight = 0.5 + static_cast<double>((z ^ (z >> 31U)) >> 11U) * 0x1p-53;
  }
  return all;
}

double square_sum(const float* values, std::int64_t count) noexcept {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return sum;
}

double square_distance(const UnitTensor& t, std::int64_t a, std::int64_t b) noexcept {
  double sum = 0;
  for (std::int64_t row = 0; row < t.rows; ++row) {
    const float* const x = t.values.data() + (row * t.units + a) * t.inner;
    const float* const y = t.values.data() + (row * t.units + b) * t.inner;
    for (std::int64_t i = 0; i < t.inner; ++i) {
      const double d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
      sum += d * d;
    }
  }
  return sum;
}

struct LineSums {
  double magnitude = 0;
  double square = 0;
  double projection = 0;
};

// In eight sums each, which a processor adds side by side, and those in their order.
LineSums line_sums(const float* x, std::span<const double> by_inner) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> magnitude = {};
  std::array<double, kLanes> square = {};
  std::array<double, kLanes> projection = {};
  const auto add = [&](std::size_t lane, std::size_t i) {
    const auto value = static_cast<double>(x[i]);
    magnitude[lane] += std::abs(value);
    square[lane] += value * value;
    projection[lane] += value * by_inner[i];
  };
  std::size_t i = 0;
  for (; i + kLanes <= by_inner.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(lane, i + lane);
  }
  for (std::size_t lane = 0; i < by_inner.size(); ++lane, ++i) add(lane, i);
  LineSums sums;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sums.magnitude += magnitude[lane];
    sums.square += square[lane];
    sums.projection += projection[lane];
  }
  return sums;
}

}  // namespace

RowFacts row_facts(const UnitTensor& t) {
  const std::int64_t features = t.units * t.inner;
  std::vector<double> direction(index(features), 0.0);  // Σ x̂
  std::vector<double> sum(index(features), 0.0);        // of x - x₀, x₀ the first row: nothing cancels
  std::vector<double> square(index(features), 0.0);
  const float* const first = t.values.data();
  std::int64_t live = 0;
  for (std::int64_t row = 0; row < t.rows; ++row) {
    const float* const x = first + row * features;
    const double norm = std::sqrt(square_sum(x, features));
    if (!std::isfinite(norm)) return {};
    const double inverse = norm > 0 ? 1 / norm : 0;
    live += norm > 0 ? 1 : 0;
    for (std::int64_t i = 0; i < features; ++i) {
      const auto value = static_cast<double>(x[i]);
      const double d = value - static_cast<double>(first[i]);
      direction[index(i)] += value * inverse;
      sum[index(i)] += d;
      square[index(i)] += d * d;
    }
  }
  RowFacts facts;
  const auto rows = static_cast<double>(t.rows);
  double variance = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) variance += std::max(0.0, square[i] - sum[i] * sum[i] / rows) / rows;
  if (t.rows > 1) facts.row_variance = variance / static_cast<double>(features);
  if (live < 2) return facts;
  double length = 0;
  for (const double d : direction) length += d * d;
  const auto count = static_cast<double>(live);
  facts.correlation = std::clamp((length - count) / (count * (count - 1)), -1.0, 1.0);
  return facts;
}

UnitSums unit_sums(const UnitTensor& t) {
  const std::size_t units = index(t.units);
  UnitSums sums{std::vector<double>(units, 0.0), std::vector<double>(units, 0.0), std::vector<double>(units, 0.0)};
  const std::vector<double> by_row = weights(t.rows, 1);
  const std::vector<double> by_inner = weights(t.inner, 2);
  const float* x = t.values.data();
  for (std::int64_t row = 0; row < t.rows; ++row) {
    const double weight = by_row[index(row)];
    if (t.inner == 1) {
      const double both = weight * by_inner[0];
      for (std::size_t unit = 0; unit < units; ++unit) {
        const auto value = static_cast<double>(x[unit]);
        sums.magnitude[unit] += std::abs(value);
        sums.square[unit] += value * value;
        sums.projection[unit] += both * value;
      }
      x += units;
      continue;
    }
    for (std::size_t unit = 0; unit < units; ++unit, x += t.inner) {
      const LineSums line = line_sums(x, by_inner);
      sums.magnitude[unit] += line.magnitude;
      sums.square[unit] += line.square;
      sums.projection[unit] += weight * line.projection;
    }
  }
  return sums;
}

double zero_units(const UnitSums& sums) noexcept {
  return static_cast<double>(std::ranges::count(sums.magnitude, 0.0)) / static_cast<double>(sums.magnitude.size());
}

double dormant_units(const UnitSums& sums, double below) noexcept {
  const auto units = static_cast<double>(sums.magnitude.size());
  const double mean = std::accumulate(sums.magnitude.begin(), sums.magnitude.end(), 0.0) / units;
  if (!std::isfinite(mean)) return kNaN;
  if (mean == 0) return 1;
  return static_cast<double>(
             std::ranges::count_if(sums.magnitude, [&](double magnitude) { return magnitude < below * mean; })) /
         units;
}

double equal_units(const UnitTensor& t, const UnitSums& sums, const UnitEquality& equality) {
  constexpr std::size_t kNeighbors = 3;  // rounding may order equal units and a third one in between
  std::vector<std::size_t> order;
  for (std::size_t unit = 0; unit < sums.square.size(); ++unit) {
    if (!std::isfinite(sums.square[unit])) return kNaN;
    if (sums.magnitude[unit] > 0 || equality.zero_units) order.push_back(unit);
  }
  std::ranges::sort(order, {}, [&](std::size_t unit) { return sums.projection[unit]; });
  const double weight_norm = 1.5 * std::sqrt(static_cast<double>(t.rows * t.inner)) * 1.5;
  std::vector<bool> equal(sums.square.size(), false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(order.size(), i + 1 + kNeighbors); ++j) {
      const std::size_t a = order[i], b = order[j];
      if (equal[a] && equal[b]) continue;
      const double norm = std::sqrt(std::max(sums.square[a], sums.square[b]));
      const double allowed = std::max(equality.relative * norm, equality.absolute);
      if (std::abs(sums.projection[a] - sums.projection[b]) > weight_norm * allowed) break;
      if (square_distance(t, static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)) > allowed * allowed) continue;
      equal[a] = equal[b] = true;
    }
  }
  return static_cast<double>(std::ranges::count(equal, true)) / static_cast<double>(equal.size());
}

}  // namespace fanin::observe
