// A table of fractions as a picture: each cell a shade and its percentage, with a line through it where theory or
// anything else puts a bound.
//
//     text += heatmap({.row_title = "depth", .column_title = "gain", .rows = {"10", "20"}, .columns = {"1", "2"},
//                      .values = {{0.8, 0.9}, {0.1, 0.7}}}, terminal);
#pragma once

#include <string>
#include <vector>

#include "fanin/report/terminal.hpp"

namespace fanin::report {

struct Heatmap {
  std::string row_title = {};
  std::string column_title = {};
  std::vector<std::string> rows = {};
  std::vector<std::string> columns = {};
  std::vector<std::vector<double>> values = {};   ///< [rows][columns], fractions; NaN: nothing there
  std::vector<std::size_t> rows_above_line = {};  ///< by column; empty: no line; 0 or all rows: outside the picture
};

/// Lines ending in newlines, none wider than the terminal: columns that do not fit come below as another picture.
std::string heatmap(const Heatmap& map, const Terminal& terminal);

}  // namespace fanin::report
