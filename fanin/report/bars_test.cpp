#include "fanin/report/bars.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

Terminal terminal(bool unicode) { return {.interactive = false, .color = false, .unicode = unicode}; }

TEST(Bars, TheAxisIsWholeDecadesAroundThePositiveFiniteValues) {
  const std::vector<double> values{3e-7, 0, 20, std::nan(""), HUGE_VAL, -5};
  const LogAxis axis = log_axis(values);
  EXPECT_EQ(axis.low, -7);
  EXPECT_EQ(axis.high, 2);
  EXPECT_EQ(to_string(axis), "1e-07 to 1e+02");
  const LogAxis single = log_axis(std::vector<double>{1, 1});
  EXPECT_EQ(to_string(single), "1e-01 to 1e+00") << "a bar at the end of an axis would not be seen";
  EXPECT_EQ(log_axis({}).low, 0);
}

TEST(Bars, LengthIsTheLogarithm) {
  const LogAxis axis{.low = -4, .high = 0};
  EXPECT_EQ(log_bar(1, axis, 8, terminal(false)), "########");
  EXPECT_EQ(log_bar(1e-2, axis, 8, terminal(false)), "####");
  EXPECT_EQ(log_bar(1e-2, axis, 8, terminal(true)), "████");
  EXPECT_EQ(log_bar(std::pow(10, -1.75), axis, 8, terminal(true)), "████▌");
}

TEST(Bars, APositiveValueShowsATraceAndOthersDoNot) {
  const LogAxis axis{.low = -4, .high = 0};
  EXPECT_EQ(log_bar(1e-4, axis, 8, terminal(false)), "#");
  EXPECT_EQ(log_bar(1e-300, axis, 8, terminal(true)), "▏");
  EXPECT_EQ(log_bar(HUGE_VAL, axis, 3, terminal(false)), "###");
  EXPECT_EQ(log_bar(0, axis, 8, terminal(true)), "");
  EXPECT_EQ(log_bar(std::nan(""), axis, 8, terminal(true)), "");
  EXPECT_EQ(log_bar(1, axis, 0, terminal(true)), "");
}

TEST(Bars, NoBarIsWiderThanItsPlace) {
  for (double value = 1e-12; value < 1e12; value *= 1.7) {
    for (const bool unicode : {false, true}) {
      EXPECT_LE(display_width(log_bar(value, {.low = -9, .high = 7}, 11, terminal(unicode))), 11U) << value;
    }
  }
}

}  // namespace
}  // namespace fanin::report
