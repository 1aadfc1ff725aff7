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
constexpr int kPanels = 96;

// exp(y) for -750 <= y <= 0: 2^k times the Taylor series of the rest.
double exp_negative(double y) noexcept {
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr double kInverseLn2 = 1.44269504088896338700;
  const double k = std::floor(y * kInverseLn2 + 0.5);
  const double rest = (y - k * kLn2High) - k * kLn2Low;
  double sum = 1.0;
  for (int term = 16; term >= 1; --term) sum = 1.0 + sum * (rest / term);
  return std::ldexp(sum, static_cast<int>(k));
}

// With x = anchor + t: the integral over [from, to] of t^power exp(-(anchor t + t^2/2)).
double moment(double anchor, double from, double to, double centre, int power) noexcept {
  const double half = 0.5 * (to - from) / kPanels;
  double sum = 0;
  for (int panel = 0; panel < kPanels; ++panel) {
    const double middle = from + (2 * panel + 1) * half;
    double part = 0;
    for (std::size_t node = 0; node < kNodes.size(); ++node) {
      for (const double side : {-1.0, 1.0}) {
        const double t = middle + side * half * kNodes[node];
        double value = exp_negative(-(anchor * t + 0.5 * t * t));
        for (int i = 0; i < power; ++i) value *= t - centre;
        part += kWeights[node] * value;
      }
    }
    sum += part * half;
  }
  return sum;
}

struct Window {
  double anchor;  // the point of the piece nearest to the mode
  double from;    // the piece relative to it, cut where nothing is left
  double to;
};

Window window_of(double low, double high) noexcept {
  const double anchor = std::clamp(0.0, low, high);
  // anchor*t + t^2/2 = kFallExponent, solved without cancellation.
  const double distance = std::abs(anchor);
  const double reach = 2 * kFallExponent / (distance + std::sqrt(distance * distance + 2 * kFallExponent));
  return {anchor, std::max(low - anchor, -reach), std::min(high - anchor, reach)};
}

double mass_between(double low, double high) noexcept {
  if (!(low < high)) return 0;
  const Window window = window_of(low, high);
  const double scale = exp_negative(std::max(-0.5 * window.anchor * window.anchor, -745.0)) * kInverseSqrtTwoPi;
  return scale * moment(window.anchor, window.from, window.to, 0, 0);
}

}  // namespace

NormalPiece normal_piece(double low, double high) noexcept {
  constexpr double kInfinity = HUGE_VAL;
  NormalPiece piece;
  piece.below = mass_between(-kInfinity, low);
  piece.above = mass_between(high, kInfinity);
  piece.mass = mass_between(low, high);
  const Window window = window_of(low, high);
  const double total = moment(window.anchor, window.from, window.to, 0, 0);
  const double centre = moment(window.anchor, window.from, window.to, 0, 1) / total;
  piece.mean = window.anchor + centre;
  piece.variance = moment(window.anchor, window.from, window.to, centre, 2) / total;
  return piece;
}

}  // namespace fanin::random
