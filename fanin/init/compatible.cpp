#include <algorithm>
#include <array>
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/audit.hpp"
#include "fanin/init/audit_bounds.hpp"

namespace fanin::init {

std::optional<LawBounds> bounds_of(const Law& law) {
  if (const auto* uniform = std::get_if<random::Uniform>(&law)) return LawBounds{uniform->low, uniform->high};
  if (const auto* cut = std::get_if<random::TruncatedNormal>(&law)) {
    const double before = random::std_dev_before_cut(*cut);
    return LawBounds{cut->mean + cut->low * before, cut->mean + cut->high * before};
  }
  return std::nullopt;
}

bool lies_outside(const Statistics& found, const LawBounds& bounds) {
  const double slack = 0.005 * std::max(std::abs(bounds.low), std::abs(bounds.high));
  return found.min < bounds.low - slack || found.max > bounds.high + slack;
}

std::vector<Compatible> compatible_initializers(const net::ParameterSpec& parameter, const Statistics& statistics) {
  static constexpr std::array<std::string_view, 24> kCandidates{"zeros",
                                                                "ones",
                                                                "he_normal",
                                                                "he_uniform",
                                                                "glorot_normal",
                                                                "glorot_uniform",
                                                                "lecun_normal",
                                                                "lecun_uniform",
                                                                "he_normal(mode=fan_out)",
                                                                "he_uniform(mode=fan_out)",
                                                                "he_normal(dialect=pytorch)",
                                                                "he_normal(mode=fan_out, dialect=pytorch)",
                                                                "glorot_uniform(dialect=pytorch)",
                                                                "glorot_normal(dialect=pytorch)",
                                                                "pytorch_linear",
                                                                "he_normal(dialect=keras)",
                                                                "glorot_normal(dialect=keras)",
                                                                "lecun_normal(dialect=keras)",
                                                                "normal(std=0.01)",
                                                                "normal(std=0.02)",
                                                                "truncated_normal(std=0.02, corrected=false)",
                                                                "uniform",
                                                                "normal(dialect=pytorch)",
                                                                "uniform(dialect=pytorch)"};
  constexpr double kClose = 4;
  std::vector<Compatible> matches;
  if (statistics.finite() == 0 || statistics.non_finite > 0) return matches;
  const auto n = static_cast<double>(statistics.count);
  for (const std::string_view text : kCandidates) {
    const Initializer rule = parse_initializer(text);
    Law law;
    try {
      law = rule.law(parameter).value();
    } catch (const Error&) {
      continue;  // needs fans that this tensor lacks
    }
    if (const auto* constant = std::get_if<Constant>(&law)) {
      if (statistics.min == constant->value && statistics.max == constant->value)
        matches.push_back({.rule = rule.text()});
      continue;
    }
    const double sigma = std_dev(law);
    const double center = mean(law);
    const double ratio = statistics.variance_about(center) / (sigma * sigma);
    const double expected_kurtosis = kurtosis(law);
    const double mean_z = (statistics.mean - center) / (sigma / std::sqrt(n));
    Compatible match{.rule = rule.text(), .variance_z = variance_z(ratio, expected_kurtosis, statistics.count)};
    // Standard error of the sample kurtosis: √(24/n) for a normal law, and less for the others here.
    match.kurtosis_z = (statistics.kurtosis - expected_kurtosis) / std::sqrt(24 / n);
    const std::optional<LawBounds> bounds = bounds_of(law);
    if (std::abs(mean_z) > kClose || std::abs(match.variance_z) > kClose || std::abs(match.kurtosis_z) > kClose ||
        (bounds && lies_outside(statistics, *bounds))) {
      continue;
    }
    matches.push_back(std::move(match));
  }
  std::stable_sort(matches.begin(), matches.end(), [](const Compatible& a, const Compatible& b) {
    return std::abs(a.variance_z) + std::abs(a.kurtosis_z) < std::abs(b.variance_z) + std::abs(b.kurtosis_z);
  });
  return matches;
}

}  // namespace fanin::init
