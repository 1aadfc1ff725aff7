#include "fanin/experiment/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

constexpr double kUpperTail = 0.975;           // both tails of a 95 % interval together hold 5 %
constexpr std::int64_t kFewestEqualSigns = 6;  // 2^(1-6) is 3 %, 2^(1-5) is 6 %

}  // namespace

double student_quantile(double probability, double degrees) {
  if (!(probability > 0 && probability < 1)) {
    throw Error(ErrorCode::bad_value, "student_quantile", "the probability must lie in (0, 1)");
  }
  if (!(degrees > 0 && std::isfinite(degrees))) {
    throw Error(ErrorCode::bad_value, "student_quantile", "the degrees of freedom must be finite and positive");
  }
  return boost::math::quantile(boost::math::students_t_distribution<double>(degrees), probability);
}

Estimate estimate_mean(std::span<const double> values) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(values.size());
  Estimate estimate{static_cast<std::int64_t>(values.size()), kNaN, kNaN, kNaN};
  if (values.empty()) return estimate;
  double sum = 0;
  for (const double value : values) sum += value;
  estimate.mean = sum / n;
  if (values.size() < 2) return estimate;
  double squares = 0;
  for (const double value : values) squares += (value - estimate.mean) * (value - estimate.mean);
  estimate.std_dev = std::sqrt(squares / (n - 1));
  estimate.half_width = student_quantile(kUpperTail, n - 1) * estimate.std_dev / std::sqrt(n);
  return estimate;
}

bool is_without_spread(const Estimate& estimate) noexcept {
  return estimate.count >= 2 && estimate.std_dev <= 1e-12 * std::abs(estimate.mean);
}

bool excludes_zero(const Estimate& estimate) noexcept {
  if (is_without_spread(estimate)) return estimate.count >= kFewestEqualSigns && estimate.mean != 0;
  return estimate.count >= 2 && std::abs(estimate.mean) > estimate.half_width;
}

}  // namespace fanin::experiment
