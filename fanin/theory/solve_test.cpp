#include "fanin/theory/solve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fanin::theory {
namespace {

TEST(Solve, ARootIsFoundToTheLastDigits) {
  const Root root = find_root([](double x) { return x * x - 2; }, 0, 2);
  EXPECT_EQ(root.status, SolveStatus::converged);
  EXPECT_NEAR(root.x, std::sqrt(2.0), 5e-16);
  EXPECT_LT(root.iterations, 20);
}

TEST(Solve, EqualSignsAreNoSolution) {
  EXPECT_EQ(find_root([](double x) { return x * x + 1; }, -1, 1).status, SolveStatus::no_solution);
}

TEST(Solve, ARootOnTheEdgeIsTaken) {
  EXPECT_EQ(find_root([](double x) { return x; }, 0, 1).x, 0);
  EXPECT_EQ(find_root([](double x) { return x - 1; }, 0, 1).x, 1);
}

TEST(Solve, NonFiniteFunctionsDoNotConverge) {
  const auto nan = [](double) { return std::numeric_limits<double>::quiet_NaN(); };
  EXPECT_EQ(find_root(nan, 0, 1).status, SolveStatus::not_converged);
}

TEST(Solve, AScanSeparatesTheRoots) {
  const auto cubic = [](double x) { return (x - 0.01) * (x - 1) * (x - 300); };
  const std::vector<Root> roots = scan_roots(cubic, 1e-4, 1e4, 60, 0);
  ASSERT_EQ(roots.size(), 3U);
  EXPECT_NEAR(roots[0].x, 0.01, 1e-15);
  EXPECT_NEAR(roots[1].x, 1, 1e-14);
  EXPECT_NEAR(roots[2].x, 300, 1e-12);
}

TEST(Solve, NoiseHasNoSign) {
  const auto noise = [](double x) { return 1e-15 * std::sin(1e3 * x); };
  EXPECT_TRUE(scan_roots(noise, 1e-3, 1e3, 100, 1e-13).empty());
}

TEST(Solve, StabilityFollowsTheSlope) {
  EXPECT_EQ(stability_of(0.5), Stability::stable);
  EXPECT_EQ(stability_of(-0.5), Stability::stable);
  EXPECT_EQ(stability_of(1), Stability::marginal);
  EXPECT_EQ(stability_of(-1.2), Stability::unstable);
  EXPECT_EQ(to_string(Stability::unstable), "unstable");
  EXPECT_EQ(to_string(SolveStatus::diverges), "diverges");
}

}  // namespace
}  // namespace fanin::theory
