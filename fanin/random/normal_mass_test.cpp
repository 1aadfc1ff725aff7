#include "fanin/random/normal_mass.hpp"

#include <gtest/gtest.h>

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>

namespace fanin::random {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double upper_tail(double x) { return 0.5 * boost::math::erfc(x / boost::math::constants::root_two<double>()); }

TEST(NormalPiece, GivesTheProbabilitiesOfTheErrorFunction) {
  for (double cut = -37; cut <= 37; cut += 0.37) {
    const NormalPiece piece = normal_piece(cut, kInfinity);
    EXPECT_NEAR(piece.mass / upper_tail(cut), 1, 4e-13) << cut;
    EXPECT_NEAR(piece.below / upper_tail(-cut), 1, 4e-13) << cut;
    EXPECT_EQ(piece.above, 0);
  }
}

TEST(NormalPiece, IsTheWholeLawWithoutCuts) {
  const NormalPiece piece = normal_piece(-kInfinity, kInfinity);
  EXPECT_NEAR(piece.mass, 1, 1e-14);
  EXPECT_NEAR(piece.mean, 0, 1e-14);
  EXPECT_NEAR(piece.variance, 1, 1e-14);
}

// variance = 1 + (a f(a) - b f(b)) / Z - ((f(a) - f(b)) / Z)^2 with the density f and the mass Z.
TEST(NormalPiece, GivesTheClosedFormOfTheMoments) {
  const auto density = [](double x) {
    return std::isinf(x) ? 0.0 : std::exp(-0.5 * x * x) * boost::math::constants::one_div_root_two_pi<double>();
  };
  for (const auto& [low, high] :
       {std::pair{-2.0, 2.0}, {-1.0, 3.0}, {0.0, kInfinity}, {-3.0, 3.0}, {1.0, 2.0}, {-kInfinity, 1.5}}) {
    const double mass = upper_tail(low) - upper_tail(high);
    const double mean = (density(low) - density(high)) / mass;
    const double from_low = std::isinf(low) ? 0 : low * density(low);
    const double from_high = std::isinf(high) ? 0 : high * density(high);
    const NormalPiece piece = normal_piece(low, high);
    EXPECT_NEAR(piece.mean, mean, 1e-14) << low;
    EXPECT_NEAR(piece.variance, 1 + (from_low - from_high) / mass - mean * mean, 1e-13) << low;
  }
  // The factor by which frameworks widen a normal law cut at two standard deviations.
  EXPECT_NEAR(std::sqrt(normal_piece(-2, 2).variance), 0.87962566103423975, 1e-14);
}

TEST(NormalPiece, KeepsItsDigitsWhereTheClosedFormLosesThem) {
  // A narrow piece is nearly uniform: variance width^2 / 12 up to a relative width^2 / 60.
  const double width = 1e-4;
  EXPECT_NEAR(normal_piece(0, width).variance / (width * width / 12), 1, 1e-8);
  // A far tail is nearly exponential with rate x: variance x^-2 (1 - 6 x^-2 + 50 x^-4 - …), here from
  // 60-digit arithmetic (mpmath: 1 + x f/Q - (f/Q)^2 at x = 30, mp.dps = 60).
  EXPECT_NEAR(normal_piece(30, kInfinity).variance / 0.0011037715118900910, 1, 1e-12);
}

}  // namespace
}  // namespace fanin::random
