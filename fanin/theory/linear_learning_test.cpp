#include "fanin/theory/linear_learning.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fanin/core/error.hpp"

namespace fanin::theory {
namespace {

/// u = a·b after gradient flow on (s - ab)²/2 with a = b at the start, by fourth-order Runge–Kutta.
double integrated(const LinearMode& mode, double t) {
  constexpr int kSteps = 20000;
  const double h = t / kSteps;
  double a = std::sqrt(mode.initial);
  double b = a;
  const auto slope = [&](double x, double y) { return y * (mode.strength - x * y) / mode.time; };
  for (int step = 0; step < kSteps; ++step) {
    const double a1 = slope(a, b), b1 = slope(b, a);
    const double a2 = slope(a + h / 2 * a1, b + h / 2 * b1), b2 = slope(b + h / 2 * b1, a + h / 2 * a1);
    const double a3 = slope(a + h / 2 * a2, b + h / 2 * b2), b3 = slope(b + h / 2 * b2, a + h / 2 * a2);
    const double a4 = slope(a + h * a3, b + h * b3), b4 = slope(b + h * b3, a + h * a3);
    a += h / 6 * (a1 + 2 * a2 + 2 * a3 + a4);
    b += h / 6 * (b1 + 2 * b2 + 2 * b3 + b4);
  }
  return a * b;
}

TEST(LinearLearning, ModesFollowTheClosedForm) {
  for (const LinearMode& mode : {LinearMode{3, 1e-3, 1}, LinearMode{0.5, 0.01, 2}, LinearMode{1, 4, 1}}) {
    for (const double t : {0.1, 1.0, 4.0}) {
      const double growth = std::exp(2 * mode.strength * t / mode.time);
      const double printed = mode.strength * growth / (growth - 1 + mode.strength / mode.initial);
      EXPECT_NEAR(linear_mode_strength(mode, t), printed, 1e-12 * printed);
      EXPECT_NEAR(linear_mode_strength(mode, t), integrated(mode, t), 1e-9);
    }
  }
}

TEST(LinearLearning, ItStartsAtTheBeginningAndEndsAtTheData) {
  const LinearMode mode{2, 1e-6, 1};
  EXPECT_NEAR(linear_mode_strength(mode, 0), 1e-6, 1e-18);
  EXPECT_EQ(linear_mode_strength(mode, 1e6), 2);
  // Half way after a plateau that grows with the logarithm of the smallness: t = τ/(2s)·log(s/u0 - 1).
  EXPECT_NEAR(linear_mode_time(mode, 1), std::log(2e6 - 1) / 4, 1e-12);
  for (const double u : {1e-5, 0.3, 1.999}) {
    EXPECT_NEAR(linear_mode_strength(mode, linear_mode_time(mode, u)), u, 1e-10);
  }
  EXPECT_NEAR(linear_mode_strength({1, 4, 1}, linear_mode_time({1, 4, 1}, 1.5)), 1.5, 1e-12);
}

TEST(LinearLearning, StrengthsThatAreNeverReachedAreRefused) {
  EXPECT_THROW((void)linear_mode_time({2, 0.1, 1}, 2), Error);
  EXPECT_THROW((void)linear_mode_time({2, 0.1, 1}, 3), Error);
  EXPECT_THROW((void)linear_mode_strength({0, 0.1, 1}, 1), Error);
  EXPECT_THROW((void)linear_mode_strength({1, 0, 1}, 1), Error);
  EXPECT_THROW((void)linear_mode_strength({1, 0.1, 1}, std::numeric_limits<double>::quiet_NaN()), Error);
}

}  // namespace
}  // namespace fanin::theory
