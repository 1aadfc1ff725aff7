#include "fanin/theory/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

using std::numbers::pi;

void check_distance(double distance) {
  if (!(distance >= 0 && distance <= 2)) {
    throw Error(ErrorCode::bad_value, "c", "a correlation lies in [-1, 1], got " + std::to_string(1 - distance));
  }
}

/// φ(u) = right·u for u > 0 and left·u for u < 0: the map is known in closed form.
struct Homogeneous {
  double left = 1, right = 1;
};

std::optional<Homogeneous> homogeneous(const ScalarFunction& phi, const Gaussian& u) {
  if (!phi.activation() || u.mean != 0) return std::nullopt;
  const std::string_view name = phi.activation()->function().name;
  if (name == "linear") return Homogeneous{1, 1};
  if (name == "relu") return Homogeneous{0, 1};
  if (name == "leaky_relu") return Homogeneous{phi.activation()->parameter(), 1};
  return std::nullopt;
}

/// acos(1 - distance) without cancellation.
double angle_of(double distance) { return 2 * std::asin(std::sqrt(std::min(distance / 2, 1.0))); }

/// sin t - t cos t; the series below 0.1, where the difference loses digits.
double sine_minus(double t) {
  if (t > 0.1) return std::sin(t) - t * std::cos(t);
  const double s = t * t;
  return t * s * (1.0 / 3 - s * (1.0 / 30 - s * (1.0 / 840 - s * (1.0 / 45360 - s / 3991680))));
}

/// E f(u1, u2) in the axes of the sum and the difference: u = mean + √q (a x ± b y), a² = 1 - distance/2,
/// b² = distance/2. A kink k is then the pair of lines a x ± b y = t, t = (k - mean)/√q. f is symmetric
/// in its arguments, hence even in y.
template <class F>
Integral pair_expectation(const ScalarFunction& phi, double distance, const Gaussian& u, const F& f) {
  const double std_dev = std::sqrt(u.q);
  const double a = std::sqrt(1 - distance / 2), b = std::sqrt(distance / 2);
  std::vector<double> lines;
  for (const double kink : phi.kinks()) lines.push_back((kink - u.mean) / std_dev);
  if (std_dev > 2) lines.push_back(-u.mean / std_dev);  // φ bends about the origin, within 1/√q
  std::vector<double> x_breaks;
  if (a > 0) {
    // Two lines cross at x; about it the inner integral changes within b/a.
    for (const double t1 : lines) {
      for (const double t2 : lines) {
        const double x = (t1 + t2) / (2 * a);
        x_breaks.push_back(x);
        if (b > 0.3 * a) continue;
        for (const double width : {2.5, 9.0}) {
          x_breaks.push_back(x - width * b / a);
          x_breaks.push_back(x + width * b / a);
        }
      }
    }
  }
  const BreaksAt y_breaks = [&](double x, std::vector<double>& breaks) {
    for (const double t : lines) {
      breaks.push_back((t - a * x) / b);
      breaks.push_back((a * x - t) / b);
    }
  };
  const auto integrand = [&](double x, double y) {
    return f(u.mean + std_dev * (a * x + b * y), u.mean + std_dev * (a * x - b * y));
  };
  return normal_expectation_2d(integrand, x_breaks, y_breaks, {.relative_tolerance = 1e-12, .even_in_y = true});
}

}  // namespace

double product_deficit(const ScalarFunction& phi, double distance, const Gaussian& u) {
  check_distance(distance);
  const double whole = second_moment(phi, u);  // validates u
  if (u.q == 0 || distance == 0) return 0;
  if (const auto h = homogeneous(phi, u)) {
    const double bend = (h->right - h->left) * (h->right - h->left) / pi * sine_minus(angle_of(distance));
    return u.q / 2 * ((h->left * h->left + h->right * h->right) * distance - bend);
  }
  if (!std::isfinite(whole)) return std::numeric_limits<double>::quiet_NaN();
  const auto half_square = [&](double u1, double u2) {
    const double difference = phi.value(u1) - phi.value(u2);
    return difference * difference / 2;
  };
  return pair_expectation(phi, distance, u, half_square).value;
}

double product_moment(const ScalarFunction& phi, double c, const Gaussian& u) {
  return second_moment(phi, u) - product_deficit(phi, 1 - c, u);
}

namespace {

double slope_product(const ScalarFunction& phi, double distance, const Gaussian& u) {
  check_distance(distance);
  if (u.q == 0 || distance == 0) return slope_second(phi, u);
  if (const auto h = homogeneous(phi, u)) {
    const double angle = angle_of(distance);
    const double same = h->left * h->left + h->right * h->right;
    return same * (pi - angle) / (2 * pi) + h->left * h->right * angle / pi;
  }
  return pair_expectation(phi, distance, u,
                          [&](double u1, double u2) { return phi.derivative(u1) * phi.derivative(u2); })
      .value;
}

/// dc'/dc by distance; at q = 0 and q* alike the factor q/q' is 1.
double map_slope(const ScalarFunction& phi, double q, double distance, const Variances& v) {
  const double next = variance_map(phi, q, v);
  const double ratio = q == next ? 1 : q / next;
  return v.weight_variance * slope_product(phi, distance, {.q = q}) * ratio;
}

}  // namespace

double slope_product_moment(const ScalarFunction& phi, double c, const Gaussian& u) {
  return slope_product(phi, 1 - c, u);
}

double distance_map(const ScalarFunction& phi, double q, double distance, const Variances& v) {
  const double next = variance_map(phi, q, v);
  return std::clamp(v.weight_variance * product_deficit(phi, distance, {.q = q}) / next, 0.0, 2.0);
}

double correlation_map(const ScalarFunction& phi, double q, double c, const Variances& v) {
  return 1 - distance_map(phi, q, 1 - c, v);
}

double correlation_map_slope(const ScalarFunction& phi, double q, double c, const Variances& v) {
  check_distance(1 - c);
  return map_slope(phi, q, 1 - c, v);
}

CorrelationFixedPoint correlation_fixed_point(const ScalarFunction& phi, double q, const Variances& v) {
  CorrelationFixedPoint out;
  out.slope = map_slope(phi, q, 0, v);
  out.iterations = 1;
  if (!std::isfinite(out.slope)) {
    out.status = SolveStatus::not_converged;
    return out;
  }
  out.status = SolveStatus::converged;
  if (out.slope <= 1 + 1e-10 || q == 0) return out;
  const auto excess = [&](double distance) { return distance_map(phi, q, distance, v) - distance; };
  const double at_one = excess(1);
  ++out.iterations;
  if (at_one >= -1e-13) {  // c = 0 is fixed: an odd φ without bias
    out.distance = 1;
    out.residual = at_one;
  } else {
    double low = 0.5;
    for (; low > 1e-12 && excess(low) <= 0; low /= 8) ++out.iterations;
    const double at_low = excess(low);
    ++out.iterations;
    if (at_low <= 0) {  // closer to 1 than the map can tell
      out.residual = at_low;
      return out;
    }
    const Root root = find_root(excess, low, 1, 42);
    out.distance = root.x;
    out.residual = root.residual;
    out.iterations += root.iterations;
    out.status = root.status;
  }
  out.c = 1 - out.distance;
  out.slope = map_slope(phi, q, out.distance, v);
  return out;
}

double arc_cosine(double c) {
  check_distance(1 - c);
  return c + sine_minus(angle_of(1 - c)) / pi;
}

double arc_cosine_slope(double c) {
  check_distance(1 - c);
  return 1 - angle_of(1 - c) / pi;
}

}  // namespace fanin::theory
