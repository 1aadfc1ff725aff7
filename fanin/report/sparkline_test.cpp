#include "fanin/report/sparkline.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

const Terminal kUnicode{.unicode = true};
const Terminal kPlain{};

TEST(Sparkline, RisesOverTheDecadesOfItsValues) {
  const std::vector<double> values{1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
  EXPECT_EQ(sparkline(values, 8, kUnicode), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline(values, 8, kPlain), "_.:-=+*#");
}

TEST(Sparkline, ShowsWhatHardlyChangesAsFlat) {
  EXPECT_EQ(sparkline(std::vector<double>{1, 1.01, 0.99, 1}, 10, kPlain), "----");
}

TEST(Sparkline, TakesNeighborsTogetherWhereThereIsLittleRoom) {
  const std::vector<double> values(1000, 2.0);
  EXPECT_EQ(display_width(sparkline(values, 40, kUnicode)), 40U);
  EXPECT_EQ(sparkline(std::vector<double>{1, 100, 1e-7, 1e-9}, 2, kPlain), "#_");
}

TEST(Sparkline, MarksZerosAndWhatIsNotFinite) {
  EXPECT_EQ(sparkline(std::vector<double>{0, 1, NAN, INFINITY}, 4, kPlain), "0-!!");
  EXPECT_EQ(sparkline(std::vector<double>{0, 0}, 4, kPlain), "00");
  EXPECT_EQ(sparkline(std::vector<double>{}, 4, kPlain), "");
}

}  // namespace
}  // namespace fanin::report
