#include "fanin/core/quadrature.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin {
namespace {

using Kronrod = boost::math::quadrature::gauss_kronrod<double, 31>;
using Gauss = boost::math::quadrature::gauss<double, 15>;

struct Panel {
  double from = 0, to = 0;
  double value = 0;      // 31-point Kronrod
  double magnitude = 0;  // of |f|
  double error = 0;
};

/// One panel. The estimate is QUADPACK's: the difference of the two rules, sharpened by the
/// deviation of f from its mean, and never below what rounding leaves.
template <class F>
Panel measure(const F& f, double from, double to) {
  const auto& nodes = Kronrod::abscissa();  // 0 first; the even ones are the Gauss nodes
  const auto& weights = Kronrod::weights();
  const auto& gauss_weights = Gauss::weights();
  const double centre = (from + to) / 2, half = (to - from) / 2;
  double values[31];
  const double middle = values[0] = f(centre);
  double kronrod = middle * weights[0], gauss = middle * gauss_weights[0], magnitude = std::fabs(middle) * weights[0];
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const double up = values[2 * i - 1] = f(centre + half * nodes[i]);
    const double down = values[2 * i] = f(centre - half * nodes[i]);
    kronrod += (up + down) * weights[i];
    magnitude += (std::fabs(up) + std::fabs(down)) * weights[i];
    if (i % 2 == 0) gauss += (up + down) * gauss_weights[i / 2];
  }
  const double mean = kronrod / 2;
  double deviation = std::fabs(middle - mean) * weights[0];
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    deviation += (std::fabs(values[2 * i - 1] - mean) + std::fabs(values[2 * i] - mean)) * weights[i];
  }
  double error = std::fabs(kronrod - gauss);
  if (deviation > 0 && error > 0) error = deviation * std::min(1.0, std::pow(200 * error / deviation, 1.5));
  error = std::max(error, std::numeric_limits<double>::epsilon() * magnitude);
  return {from, to, kronrod * half, magnitude * half, error * half};
}

std::vector<double> edges_of(double from, double to, std::span<const double> breaks) {
  std::vector<double> edges{from, to};
  for (const double b : breaks) {
    if (b > from && b < to) edges.push_back(b);
  }
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

struct WorseFirst {
  bool operator()(const Panel& a, const Panel& b) const { return a.error < b.error; }
};

/// Bisects the panel of the largest error until the sum of the errors is small enough.
template <class F>
Integral refine(const F& f, const std::vector<double>& edges, const QuadratureOptions& options) {
  std::vector<Panel> panels;
  panels.reserve(edges.size() + 16);
  Integral out;
  double magnitude = 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    panels.push_back(measure(f, edges[i], edges[i + 1]));
    magnitude += panels.back().magnitude;
    out.error += panels.back().error;
    out.evaluations += 31;
  }
  std::ranges::make_heap(panels, WorseFirst{});
  // Rounding alone leaves epsilon * magnitude: asking for less would bisect for ever.
  const double floor = 4 * std::numeric_limits<double>::epsilon();
  while (std::isfinite(magnitude)) {
    const double wanted = std::max(options.absolute_tolerance, std::max(options.relative_tolerance, floor) * magnitude);
    if (out.error <= wanted) break;
    const Panel worst = panels.front();
    const double middle = (worst.from + worst.to) / 2;
    const bool splittable = middle > worst.from && middle < worst.to;
    if (panels.size() >= static_cast<std::size_t>(std::max(options.max_panels, 1)) || !splittable) {
      out.status = QuadratureStatus::not_converged;
      break;
    }
    std::ranges::pop_heap(panels, WorseFirst{});
    panels.back() = measure(f, worst.from, middle);
    const Panel left = panels.back();
    std::ranges::push_heap(panels, WorseFirst{});
    panels.push_back(measure(f, middle, worst.to));
    const Panel right = panels.back();
    std::ranges::push_heap(panels, WorseFirst{});
    out.evaluations += 62;
    magnitude += left.magnitude + right.magnitude - worst.magnitude;
    out.error += left.error + right.error - worst.error;
  }
  // Smallest first, so that the sum does not depend on the order of the bisections.
  std::ranges::sort(panels, {}, [](const Panel& p) { return std::fabs(p.value); });
  out.error = 0;
  for (const Panel& panel : panels) {
    out.value += panel.value;
    out.error += panel.error;
  }
  if (!std::isfinite(out.value)) {
    out.value = out.error = std::numeric_limits<double>::quiet_NaN();
    out.status = QuadratureStatus::non_finite;
  }
  return out;
}

constexpr double kCut = 13;

double normal_density(double z) {
  return std::exp(-z * z / 2) * (std::numbers::inv_sqrtpi * (std::numbers::sqrt2 / 2));
}

/// Panels short enough that the density itself costs no bisection.
std::vector<double> normal_edges(std::span<const double> breaks, double from = -kCut) {
  constexpr double kGrid[] = {-6.5, -3, 0, 3, 6.5};
  std::vector<double> all(std::begin(kGrid), std::end(kGrid));
  all.insert(all.end(), breaks.begin(), breaks.end());
  return edges_of(from, kCut, all);
}

}  // namespace

Integral integrate(const std::function<double(double)>& f, double from, double to, std::span<const double> breaks,
                   const QuadratureOptions& options) {
  if (!std::isfinite(from) || !std::isfinite(to) || from > to) {
    throw Error(ErrorCode::bad_value, "integrate", "the limits must be finite and in order");
  }
  if (from == to) return {};
  return refine(f, edges_of(from, to, breaks), options);
}

Integral normal_expectation(const std::function<double(double)>& f, std::span<const double> breaks,
                            const QuadratureOptions& options) {
  return refine([&f](double z) { return f(z) * normal_density(z); }, normal_edges(breaks), options);
}

Integral normal_expectation_2d(const std::function<double(double, double)>& f, std::span<const double> x_breaks,
                               const BreaksAt& y_breaks, const PlaneOptions& options) {
  std::vector<double> breaks;
  long evaluations = 0;
  bool all_converged = true;
  double peak = 0;  // the largest inner value seen: what the far tails need not resolve
  const auto inner = [&](double x) {
    breaks.clear();
    if (y_breaks) y_breaks(x, breaks);
    const double density = normal_density(x);
    const QuadratureOptions along_y{.relative_tolerance = options.relative_tolerance / 4,
                                    .absolute_tolerance = options.relative_tolerance / 20 * peak / density,
                                    .max_panels = options.max_panels};
    const auto g = [&f, x](double y) { return f(x, y) * normal_density(y); };
    const Integral at_x = refine(g, normal_edges(breaks, options.even_in_y ? 0 : -kCut), along_y);
    evaluations += at_x.evaluations;
    all_converged = all_converged && at_x.status != QuadratureStatus::not_converged;
    const double value = (options.even_in_y ? 2 : 1) * at_x.value * density;
    if (std::fabs(value) > peak) peak = std::fabs(value);
    return value;
  };
  for (const double x : {0.1, -0.9, 1.1, -2.1, 2.2}) inner(x);
  const QuadratureOptions along_x{.relative_tolerance = options.relative_tolerance, .max_panels = options.max_panels};
  Integral out = refine(inner, normal_edges(x_breaks), along_x);
  out.evaluations = evaluations;
  if (!all_converged && out.status == QuadratureStatus::converged) out.status = QuadratureStatus::not_converged;
  return out;
}

}  // namespace fanin
