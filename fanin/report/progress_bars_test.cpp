#include "fanin/report/progress_bars.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

ProgressSnapshot snapshot(std::size_t running) {
  ProgressSnapshot result;
  for (std::size_t i = 0; i < running; ++i) {
    result.running.push_back({.index = i,
                              .init = i % 2 == 0 ? "he_uniform" : "variance_scaling(scale=2.0, mode=fan_avg)",
                              .seed = 12345678901,
                              .epoch = 3,
                              .fraction = 0.25,
                              .loss = 0.4321,
                              .accuracy = 0.875,
                              .samples_per_second = 101234,
                              .seconds_left = 12});
  }
  result.runs_total = 12;
  result.runs_done = 3;
  result.epochs = 10;
  result.fraction = 0.31;
  result.samples_per_second = 202468;
  result.seconds_left = 72;
  return result;
}

Terminal terminal(int width, bool unicode = true) {
  return {.interactive = true, .color = false, .unicode = unicode, .width = width, .height = 24};
}

TEST(ProgressBar, FillsByHalfColumns) {
  EXPECT_EQ(progress_bar(0, 4, terminal(80)), "────");
  EXPECT_EQ(progress_bar(0.5, 4, terminal(80)), "━━──");
  EXPECT_EQ(progress_bar(0.63, 4, terminal(80)), "━━╸─");
  EXPECT_EQ(progress_bar(1, 4, terminal(80)), "━━━━");
  EXPECT_EQ(progress_bar(0.63, 4, terminal(80, false)), "##..");
}

TEST(ProgressBar, SurvivesFractionsThatAreNone) {
  EXPECT_EQ(progress_bar(kNan, 3, terminal(80)), "───");
  EXPECT_EQ(progress_bar(-1, 3, terminal(80)), "───");
  EXPECT_EQ(progress_bar(7, 3, terminal(80)), "━━━");
}

TEST(DrawProgress, ShowsEachRunAndEverything) {
  ProgressSnapshot one = snapshot(1);
  one.running[0].seed = 1;
  EXPECT_THAT(
      draw_progress(one, terminal(90, false)),
      ElementsAre("", "initialization      seed  epoch                          loss  accuracy  samples/s   left",
                  "he_uniform             1   3/10  ####...............   0.4321    87.5 %    101,234   0:12",
                  "all, 3 of 12 done          31 %  #####..............                       202,468   1:12"));
}

TEST(DrawProgress, NoLineEverWrapsAtAnyWidth) {
  for (const bool unicode : {false, true}) {
    for (int width = 1; width <= 250; ++width) {
      Terminal place = terminal(width, unicode);
      for (const std::string& line : draw_progress(snapshot(3), place)) {
        EXPECT_LT(display_width(line), static_cast<std::size_t>(std::max(width, 2))) << width << ": " << line;
      }
      place.color = true;
      for (const std::string& line : draw_progress(snapshot(3), place)) {
        EXPECT_LT(display_width(line), static_cast<std::size_t>(std::max(width, 2))) << width << ": " << line;
      }
    }
  }
}

TEST(DrawProgress, NeverHasMoreLinesThanTheTerminal) {
  for (int height = 5; height < 40; ++height) {
    Terminal place = terminal(80);
    place.height = height;
    EXPECT_LT(draw_progress(snapshot(64), place).size(), static_cast<std::size_t>(height));
  }
}

TEST(DrawProgress, NarrowTerminalsKeepWhatMattersMost) {
  const std::string line = draw_progress(snapshot(1), terminal(50))[2];
  EXPECT_THAT(line, HasSubstr("he_uniform"));
  EXPECT_THAT(line, HasSubstr("━"));
  EXPECT_THAT(line, HasSubstr("0:12"));
  EXPECT_THAT(line, Not(HasSubstr("101,234")));
}

TEST(DrawProgress, RegressionHasNoAccuracyColumn) {
  ProgressSnapshot one = snapshot(1);
  one.running[0].accuracy = kNan;
  EXPECT_THAT(draw_progress(one, terminal(120))[1], Not(HasSubstr("accuracy")));
}

TEST(DrawProgress, ALossThatIsNotANumberIsShownAsOne) {
  ProgressSnapshot one = snapshot(1);
  one.running[0].loss = kNan;
  EXPECT_THAT(draw_progress(one, terminal(120))[2], HasSubstr("nan"));
}

}  // namespace
}  // namespace fanin::report
