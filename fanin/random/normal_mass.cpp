#include "fanin/random/normal_mass.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fanin::random {
namespace {

// Gauss-Legendre, 8 points on [-1, 1]: positive nodes and their weights.
constexpr std::array<double, 4> kNodes = {0.183434642495649805, 0.525532409916328986, 0.79666647741362674,
                                          0.960289856497536232};
constexpr std::array<double, 4> kWeights = {0.362683783378361983, 0.313706645877887287, 0.222381034453374471,
                                            0.101228536290376259};
constexpr double kInverseSqrtTwoPi = 0.398942280401432677939946;
// Beyond this the density has fallen by more than exp(-60) from the nearest point of the piece.
constexpr double kFallExponent = 60.0;
// At most 0.92 standard deviations wide, or 2.5 falls by a factor e in a far tail: the rule's error is then below
// 1e-16.
constexpr std::size_t kPanels = 24;
constexpr std::size_t kPoints = kPanels * 2 * kNodes.size();

// exp(y) for -750 <= y <= 0: 2^k times the Taylor series of the rest, |rest| <= ln(2) / 2.
double exp_negative(double y) noexcept {
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr double kInverseLn2 = 1.44269504088896338700;
  constexpr std::array<double, 15> kSeries = {1.0,
                                              1.0,
                                              1.0 / 2,
                                              1.0 / 6,
                                              1.0 / 24,
                                              1.0 / 120,
                                              1.0 / 720,
                                              1.0 / 5040,
                                              1.0 / 40320,
                                              1.0 / 362880,
                                              1.0 / 3628800,
                                              1.0 / 39916800,
                                              1.0 / 479001600,
                                              1.0 / 6227020800,
                                              1.0 / 87178291200};
  const double k = std::floor(y * kInverseLn2 + 0.5);
  const double rest = (y - k * kLn2High) - k * kLn2Low;
  double sum = kSeries.back();
  for (std::size_t i = kSeries.size() - 1; i-- > 0;) sum = sum * rest + kSeries[i];
  return std::ldexp(sum, static_cast<int>(k));
}

// The points of the rule on a piece, as distances from `anchor`, the point nearest to the mode, and what each
// contributes to the integral of exp(anchor^2 / 2 - x^2 / 2).
struct Samples {
  double anchor = 0;
  std::array<double, kPoints> distance{};
  std::array<double, kPoints> weight{};
};

Samples sample(double low, double high) noexcept {
  Samples samples;
  samples.anchor = std::clamp(0.0, low, high);
  // anchor t + t^2 / 2 = kFallExponent, solved without cancellation.
  const double away = std::abs(samples.anchor);
  const double reach = 2 * kFallExponent / (away + std::sqrt(away * away + 2 * kFallExponent));
  const double from = std::max(low - samples.anchor, -reach);
  const double to = std::min(high - samples.anchor, reach);
  const double half = 0.5 * (to - from) / static_cast<double>(kPanels);
  std::size_t point = 0;
  for (std::size_t panel = 0; panel < kPanels; ++panel) {
    const double middle = from + static_cast<double>(2 * panel + 1) * half;
    for (std::size_t node = 0; node < kNodes.size(); ++node) {
      for (const double side : {-1.0, 1.0}) {
        const double t = middle + side * half * kNodes[node];
        samples.distance[point] = t;
        samples.weight[point] = half * kWeights[node] * exp_negative(-(samples.anchor * t + 0.5 * t * t));
        ++point;
      }
    }
  }
  return samples;
}

double mass_of(const Samples& samples) noexcept {
  double sum = 0;
  for (const double weight : samples.weight) sum += weight;
  const double scale = exp_negative(std::max(-0.5 * samples.anchor * samples.anchor, -745.0));
  return sum * scale * kInverseSqrtTwoPi;
}

NormalPiece compute(double low, double high) noexcept {
  constexpr double kInfinity = HUGE_VAL;
  NormalPiece piece;
  piece.below = low > -kInfinity ? mass_of(sample(-kInfinity, low)) : 0;
  piece.above = high < kInfinity ? mass_of(sample(high, kInfinity)) : 0;
  const Samples samples = sample(low, high);
  piece.mass = mass_of(samples);
  double total = 0;
  double first = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    total += samples.weight[i];
    first += samples.weight[i] * samples.distance[i];
  }
  const double centre = first / total;
  double second = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double off = samples.distance[i] - centre;
    second += samples.weight[i] * off * off;
  }
  piece.mean = samples.anchor + centre;
  piece.variance = second / total;
  return piece;
}

}  // namespace

// A tensor is often drawn in many slices, each of which asks for the same piece: the last answer is kept.
NormalPiece normal_piece(double low, double high) noexcept {
  struct Answer {
    double low = 0;
    double high = 0;  // low < high in every request
    NormalPiece piece;
  };
  thread_local Answer last;
  if (last.low != low || last.high != high) last = {low, high, compute(low, high)};
  return last.piece;
}

}  // namespace fanin::random
