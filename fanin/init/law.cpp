#include "fanin/init/law.hpp"

#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

#include "fanin/init/store.hpp"
#include "fanin/init/text.hpp"
#include "fanin/random/normal_mass.hpp"

namespace fanin::init {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

/// ∫ f(z) exp(-(z² - c²)/2) dz over [low, high] in panels of at most one unit; c is the point of the
/// range nearest to zero, so that the weight is 1 at its largest and far tails keep their digits.
template <typename F>
double weighted_integral(double low, double high, double nearest, const F& f) {
  const auto integrand = [&](double z) { return f(z) * std::exp(-0.5 * (z - nearest) * (z + nearest)); };
  const double length = high - low;
  const int panels = std::max(1, static_cast<int>(std::ceil(length)));
  double sum = 0;
  for (int i = 0; i < panels; ++i) {
    const double a = low + length * i / panels;
    const double b = i + 1 == panels ? high : low + length * (i + 1) / panels;
    sum += boost::math::quadrature::gauss<double, 30>::integrate(integrand, a, b);
  }
  return sum;
}

/// The part of [low, high] where the weight is above e^-800 of its largest value.
std::array<double, 2> effective_range(double low, double high) {
  const double nearest = low > 0 ? low : (high < 0 ? high : 0.0);
  const double reach = std::min(40.0, 800.0 / std::max(std::abs(nearest), 1.0));
  return {std::max(low, std::min(nearest, 0.0) - (nearest > 0 ? 0.0 : reach)),
          std::min(high, std::max(nearest, 0.0) + (nearest < 0 ? 0.0 : reach))};
}

}  // namespace

void draw(const Law& law, const random::Stream& stream, const Draw& request, std::span<std::byte> out) {
  const auto random_law = [&](const auto& l) {
    random::fill(stream, request.first, random::Law(l), request.dtype, out, request.threads);
  };
  std::visit(Overloaded{[&](const Constant& l) { store_constant(l.value, request.dtype, out); }, random_law}, law);
}

double mean(const Law& law) {
  return std::visit(Overloaded{[](const Constant& l) { return l.value; },
                               [](const random::Uniform& l) { return 0.5 * l.low + 0.5 * l.high; },
                               [](const random::Normal& l) { return l.mean; },
                               [](const random::TruncatedNormal& l) {
                                 return l.mean +
                                        random::std_dev_before_cut(l) * random::normal_piece(l.low, l.high).mean;
                               }},
                    law);
}

double std_dev(const Law& law) {
  return std::visit(Overloaded{[](const Constant&) { return 0.0; },
                               [](const random::Uniform& l) { return (l.high - l.low) / std::sqrt(12.0); },
                               [](const random::Normal& l) { return l.std_dev; },
                               [](const random::TruncatedNormal& l) {
                                 const double variance = random::normal_piece(l.low, l.high).variance;
                                 return l.corrected ? l.std_dev : l.std_dev * std::sqrt(variance);
                               }},
                    law);
}

double kurtosis(const Law& law) {
  return std::visit(Overloaded{[](const Constant&) { return 1.0; }, [](const random::Uniform&) { return 1.8; },
                               [](const random::Normal&) { return 3.0; },
                               [](const random::TruncatedNormal& l) { return truncated_kurtosis(l.low, l.high); }},
                    law);
}

std::string to_string(const Law& law) {
  const auto normal = [](double center, double spread) {
    return "N(" + number_text(center) + ", " + number_text(spread) + "²)";
  };
  return std::visit(
      Overloaded{[](const Constant& l) { return number_text(l.value); },
                 [](const random::Uniform& l) { return "U[" + number_text(l.low) + ", " + number_text(l.high) + ")"; },
                 [&](const random::Normal& l) { return normal(l.mean, l.std_dev); },
                 [&](const random::TruncatedNormal& l) {
                   const std::string cut = l.low == -l.high ? "±" + number_text(l.high)
                                                            : number_text(l.low) + " and " + number_text(l.high);
                   return normal(l.mean, random::std_dev_before_cut(l)) + " cut at " + cut + " std";
                 }},
      law);
}

double truncated_kurtosis(double low, double high) {
  const auto [a, b] = effective_range(low, high);
  const double nearest = a > 0 ? a : (b < 0 ? b : 0.0);
  // Moments about the point nearest to zero first, then about the mean: in a far tail the mean lies
  // close to that point and z itself is large.
  const double mass = weighted_integral(a, b, nearest, [](double) { return 1.0; });
  const double offset = weighted_integral(a, b, nearest, [&](double z) { return z - nearest; }) / mass;
  const auto central = [&](int power) {
    return weighted_integral(a, b, nearest, [&](double z) { return std::pow(z - nearest - offset, power); }) / mass;
  };
  const double variance = central(2);
  return central(4) / (variance * variance);
}

}  // namespace fanin::init
