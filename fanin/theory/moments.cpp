#include "fanin/theory/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

void check(const Gaussian& u) {
  if (!(u.q >= 0)) {
    throw Error(ErrorCode::bad_value, "q", "a variance must be >= 0, got " + std::to_string(u.q));
  }
  if (!std::isfinite(u.mean)) throw Error(ErrorCode::bad_value, "mean", "the mean must be a finite number");
}

QuadratureStatus worse(QuadratureStatus a, QuadratureStatus b) { return std::max(a, b); }

/// The limit of d/dq E φ² as q -> 0: φ'(m)² + φ(m) φ''(m), where φ is smooth.
double slope_at_zero(const ScalarFunction& phi, double m) {
  const bool at_kink = std::ranges::find(phi.kinks(), m) != phi.kinks().end();
  if (at_kink && phi.value(m) != 0) return std::numeric_limits<double>::quiet_NaN();
  constexpr double q = 1e-8;  // at a kink with φ(m) = 0 the slope is scale-free: any small q serves
  if (at_kink) return second_moment(phi, {.q = q, .mean = m}) / q;
  const double first = phi.derivative(m);
  if (phi.activation()) return first * first + phi.value(m) * phi.activation()->second_derivative(m);
  constexpr double h = 1e-3;
  return first * first + phi.value(m) * (phi.derivative(m + h) - phi.derivative(m - h)) / (2 * h);
}

Integral second_moment_slope_integral(const ScalarFunction& phi, const Gaussian& u) {
  if (u.q == 0) {
    Integral out;
    out.value = slope_at_zero(phi, u.mean);
    if (!std::isfinite(out.value)) out.status = QuadratureStatus::non_finite;
    return out;
  }
  // E[(u - m) φ φ'] / q; subtracting φ(m)φ'(m) (mean zero against u - m) keeps digits for small q.
  const double centre = phi.value(u.mean) * phi.derivative(u.mean);
  Integral out =
      expectation([&](double x) { return (x - u.mean) * (phi.value(x) * phi.derivative(x) - centre); }, phi.kinks(), u);
  out.value /= u.q;
  out.error /= u.q;
  return out;
}

}  // namespace

namespace detail {

void append_breaks(std::span<const double> kinks, double mean, double std_dev, std::vector<double>& breaks) {
  const auto around = [&](double u) {
    breaks.push_back((u - mean) / std_dev);
    if (std_dev <= 2) return;
    for (const double distance : {1.5, 6.0, 24.0}) {
      breaks.push_back((u - distance - mean) / std_dev);
      breaks.push_back((u + distance - mean) / std_dev);
    }
  };
  for (const double kink : kinks) around(kink);
  if (std_dev > 2) around(0);
}

}  // namespace detail

Integral expectation(const std::function<double(double)>& f, std::span<const double> kinks, const Gaussian& u) {
  check(u);
  if (u.q == 0) {
    // The limit q -> 0+: on a kink, half of the Gaussian lies on either side.
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const bool at_kink = std::ranges::find(kinks, u.mean) != kinks.end();
    Integral out;
    out.value =
        at_kink ? (f(std::nextafter(u.mean, -kInfinity)) + f(std::nextafter(u.mean, kInfinity))) / 2 : f(u.mean);
    out.evaluations = 1;
    if (!std::isfinite(out.value)) out.status = QuadratureStatus::non_finite;
    return out;
  }
  const double std_dev = std::sqrt(u.q);
  std::vector<double> breaks;
  detail::append_breaks(kinks, u.mean, std_dev, breaks);
  return normal_expectation([&](double z) { return f(u.mean + std_dev * z); }, breaks);
}

Moments moments(const ScalarFunction& phi, const Gaussian& u) {
  const auto of = [&](const auto& f) { return expectation(f, phi.kinks(), u); };
  const auto square = [](double x) { return x * x; };
  const Integral mean = of([&](double x) { return phi.value(x); });
  const Integral second = of([&](double x) { return square(phi.value(x)); });
  const Integral variance = of([&](double x) { return square(phi.value(x) - mean.value); });
  const Integral slope2 = of([&](double x) { return square(phi.derivative(x)); });
  const Integral slope4 = of([&](double x) { return square(square(phi.derivative(x))); });
  const Integral slope = second_moment_slope_integral(phi, u);
  Moments out{mean.value, second.value, variance.value, slope2.value, slope4.value, slope.value - slope2.value};
  for (const Integral& integral : {mean, second, variance, slope2, slope4, slope}) {
    out.status = worse(out.status, integral.status);
  }
  return out;
}

double mean(const ScalarFunction& phi, const Gaussian& u) {
  return expectation([&](double x) { return phi.value(x); }, phi.kinks(), u).value;
}

double second_moment(const ScalarFunction& phi, const Gaussian& u) {
  const auto square = [&](double x) {
    const double y = phi.value(x);
    return y * y;
  };
  return expectation(square, phi.kinks(), u).value;
}

double variance(const ScalarFunction& phi, const Gaussian& u) {
  const double centre = mean(phi, u);
  const auto square = [&](double x) {
    const double y = phi.value(x) - centre;
    return y * y;
  };
  return expectation(square, phi.kinks(), u).value;
}

double slope_second(const ScalarFunction& phi, const Gaussian& u) {
  const auto square = [&](double x) {
    const double y = phi.derivative(x);
    return y * y;
  };
  return expectation(square, phi.kinks(), u).value;
}

double slope_fourth(const ScalarFunction& phi, const Gaussian& u) {
  const auto fourth = [&](double x) {
    const double y = phi.derivative(x);
    return y * y * y * y;
  };
  return expectation(fourth, phi.kinks(), u).value;
}

double second_moment_slope(const ScalarFunction& phi, const Gaussian& u) {
  return second_moment_slope_integral(phi, u).value;
}

}  // namespace fanin::theory
