#include "fanin/report/table.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

using ::testing::HasSubstr;

Terminal terminal(int width) { return {.interactive = false, .color = false, .unicode = true, .width = width}; }

Table results() {
  Table table({flexible("initialization", 14), {"test\naccuracy", Align::right}, flexible("remark", 28)});
  table.add_row({{"zeros"}, {"10.00 %"}, {"all units of layer1 receive equal gradients: symmetry"}});
  table.add_row({{"he_uniform", Style::good}, {"8.75 %"}, {"healthy start"}});
  return table;
}

TEST(Table, ColumnsAlignAndTitlesStandOnTheRule) {
  EXPECT_EQ(results().render(terminal(100)),
            "                     test\n"
            "initialization   accuracy   remark\n"
            "─────────────────────────────────────────────────────────────────────────────────\n"
            "zeros             10.00 %   all units of layer1 receive equal gradients: symmetry\n"
            "he_uniform         8.75 %   healthy start\n");
}

TEST(Table, TheLastColumnWrapsInItsPlace) {
  EXPECT_EQ(results().render(terminal(60)),
            "                     test\n"
            "initialization   accuracy   remark\n"
            "────────────────────────────────────────────────────────────\n"
            "zeros             10.00 %   all units of layer1 receive\n"
            "                            equal gradients: symmetry\n"
            "he_uniform         8.75 %   healthy start\n");
}

TEST(Table, WithoutRoomTheLastColumnMovesBelowItsRow) {
  EXPECT_EQ(results().render(terminal(40)),
            "                     test\n"
            "initialization   accuracy\n"
            "─────────────────────────\n"
            "zeros             10.00 %\n"
            "  all units of layer1 receive equal\n"
            "  gradients: symmetry\n"
            "he_uniform         8.75 %\n"
            "  healthy start\n");
}

TEST(Table, ALongNameWrapsBeforeTheTableGivesUp) {
  Table table({flexible("name", 14), {"loss", Align::right}, flexible("remark", 28)});
  table.add_row({{"truncated_normal(std=0.01)"}, {"0.5"}, {"fine"}});
  EXPECT_EQ(table.render(terminal(26)),
            "name                  loss\n"
            "──────────────────────────\n"
            "truncated_normal(      0.5\n"
            "std=0.01)\n"
            "  fine\n");
}

TEST(Table, FlexibleColumnsShareTheLackOfRoom) {
  Table table({{"name"}, flexible("formula", 10), flexible("source", 10)});
  table.add_row({{"he_normal"}, {"N(0, gain^2/fan) with its own gain"}, {"He et al. 2015"}});
  EXPECT_EQ(table.render(terminal(43)),
            "name        formula          source\n"
            "───────────────────────────────────────────\n"
            "he_normal   N(0,             He et al. 2015\n"
            "            gain^2/fan)\n"
            "            with its own\n"
            "            gain\n");
}

TEST(Table, InAVeryNarrowPlaceEachRowIsAList) {
  EXPECT_THAT(results().render(terminal(18)), HasSubstr("zeros\n  test accuracy:\n  10.00 %\n  remark: all\n"));
}

TEST(Table, NoLineIsWiderThanTheTerminalAndNoWordIsLost) {
  for (int width = 8; width < 130; ++width) {
    std::istringstream lines(results().render(terminal(width)));
    std::string words;
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
      words += line;
    }
    words.erase(std::remove(words.begin(), words.end(), ' '), words.end());
    EXPECT_THAT(words, HasSubstr("10.00%")) << width;
    EXPECT_THAT(words, HasSubstr("healthystart")) << width;
  }
}

TEST(Table, ALastColumnWithoutTextIsLeftOut) {
  Table table({{"name"}, {"remark"}});
  table.add_row({{"zeros"}});
  EXPECT_EQ(table.render(terminal(80)), "name\n─────\nzeros\n");
}

TEST(Table, StylesDoNotDisturbTheAlignment) {
  Terminal colored = terminal(100);
  colored.color = true;
  std::istringstream plain(results().render(terminal(100)));
  std::istringstream styled_lines(results().render(colored));
  std::string a;
  for (std::string b; std::getline(styled_lines, b) && std::getline(plain, a);) {
    EXPECT_EQ(display_width(b), display_width(a)) << b;
  }
}

TEST(Table, HostileTextCannotMoveTheCursor) {
  Table table({{"name"}});
  table.add_row({{"\x1b[2J\r../x"}});
  EXPECT_EQ(table.render(terminal(80)), "name\n─────────\n?[2J?../x\n");
}

}  // namespace
}  // namespace fanin::report
