#include "fanin/report/heatmap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <string>

#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

Heatmap small_map() {
  return {.row_title = "depth",
          .column_title = "gain",
          .rows = {"10", "200"},
          .columns = {"1", "1.5"},
          .values = {{0.1, 0.55}, {std::nan(""), 1.0}},
          .rows_above_line = {1, 2}};
}

TEST(Heatmap, ShowsShadesNumbersAndTheLineBetweenItsRows) {
  Terminal terminal;
  terminal.unicode = true;
  EXPECT_EQ(heatmap(small_map(), terminal),
            "depth     1   1.5   gain\n"
            "   10    10 ▒▒ 55\n"
            "      ━━━━━      \n"
            "  200     - ██100\n");
}

TEST(Heatmap, NeedsNoCharactersBeyondAscii) {
  const std::string text = heatmap(small_map(), Terminal{});
  EXPECT_NE(text.find(" :: 55"), std::string::npos) << text;
  EXPECT_NE(text.find("====="), std::string::npos);
  for (const char c : text) EXPECT_GE(c, 0);
}

TEST(Heatmap, PutsColumnsThatDoNotFitBelow) {
  Heatmap map = small_map();
  map.rows_above_line.clear();
  Terminal terminal;
  terminal.width = 22;
  const std::string text = heatmap(map, terminal);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 7);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 22U) << line;
}

}  // namespace
}  // namespace fanin::report
