#include "fanin/report/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fanin::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Numbers, GroupedPutsCommasBetweenThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(grouped(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(Numbers, PercentsSayWhenThereIsNoNumberOrNoInterval) {
  EXPECT_EQ(percent(0.88614, 2), "88.61 %");
  EXPECT_EQ(percent(kNan, 2), "-");
  EXPECT_EQ(percent_with_half_width(0.88614, 0.00304), "88.61 ± 0.30 %");
  EXPECT_EQ(percent_with_half_width(0.1, kNan), "10.00 %");
  EXPECT_EQ(percent_with_half_width(kNan, kNan), "-");
}

TEST(Numbers, LossesKeepTheirDigitsAtEverySize) {
  EXPECT_EQ(loss(2.302585), "2.3026");
  EXPECT_EQ(loss(0), "0.0000");
  EXPECT_EQ(loss(0.00012345), "1.23e-04");
  EXPECT_EQ(loss(12345.678), "1.235e+04");
  EXPECT_EQ(loss(kNan), "nan");
  EXPECT_EQ(loss(kInfinity), "inf");
  EXPECT_EQ(loss(-kInfinity), "-inf");
}

TEST(Numbers, SignificantShowsThreeDigits) {
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(0.04123), "0.0412");
  EXPECT_EQ(significant(0.5), "0.500");
  EXPECT_EQ(significant(1.2034), "1.20");
  EXPECT_EQ(significant(0.99999), "1.00");
  EXPECT_EQ(significant(12.34), "12.3");
  EXPECT_EQ(significant(1234.5), "1234");
  EXPECT_EQ(significant(1.23e-5), "1.2e-05");
  EXPECT_EQ(significant(-4.5e7), "-4.5e+07");
  EXPECT_EQ(significant(kNan), "nan");
}

TEST(Numbers, ClockTimeCountsDownAndKnowsWhenItKnowsNothing) {
  EXPECT_EQ(clock_time(0), "0:00");
  EXPECT_EQ(clock_time(4.2), "0:05");  // rounded up, so that 0:00 means done
  EXPECT_EQ(clock_time(754), "12:34");
  EXPECT_EQ(clock_time(3 * 3600 + 7 * 60 + 9), "3:07:09");
  EXPECT_EQ(clock_time(kNan), "-:--");
  EXPECT_EQ(clock_time(kInfinity), "-:--");
  EXPECT_EQ(clock_time(1e12), "-:--");
}

TEST(Numbers, DurationsNameTheirUnits) {
  EXPECT_EQ(duration(0.417), "0.42 s");
  EXPECT_EQ(duration(7.26), "7.3 s");
  EXPECT_EQ(duration(9.96), "10 s");
  EXPECT_EQ(duration(59.6), "1 min 00 s");
  EXPECT_EQ(duration(125), "2 min 05 s");
  EXPECT_EQ(duration(3720), "1 h 02 min");
  EXPECT_EQ(duration(kNan), "-");
}

TEST(Numbers, PreciseOnesHaveEightDigitsAndNoTrailingZeros) {
  EXPECT_EQ(precise(1.53353111), "1.5335311");
  EXPECT_EQ(precise(0.5), "0.5");
  EXPECT_EQ(precise(1.25e-10), "1.25e-10");
  EXPECT_EQ(precise(kInfinity), "inf");
  EXPECT_EQ(precise(kNan), "nan");
}

}  // namespace
}  // namespace fanin::report
