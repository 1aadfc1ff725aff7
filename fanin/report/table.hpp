// Aligned tables that fit the terminal. Flexible columns wrap; where even that is too wide, the
// last column moves to lines of its own under each row, then a flexible first column wraps too,
// and in a very narrow place each row becomes a small list of "title: value" lines. Nothing is
// cut off.
//
//     report::Table table({{"name"}, {"loss", report::Align::right}, report::flexible("remark", 28)});
//     table.add_row({{"zeros"}, {"2.3026"}, {"all units receive equal gradients"}});
//     text += table.render(terminal);
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "fanin/report/terminal.hpp"

namespace fanin::report {

enum class Align { left, right };

struct Column {
  std::string title;  ///< may hold newlines
  Align align = Align::left;
  std::size_t narrowest = 0;  ///< columns it may be wrapped to; 0: it never wraps
};

/// A column that wraps, down to `narrowest` columns.
inline Column flexible(std::string title, std::size_t narrowest) { return {std::move(title), Align::left, narrowest}; }

struct Cell {
  std::string text;
  Style style = Style::plain;
};

class Table final {
 public:
  /// @param columns  at least one.
  explicit Table(std::vector<Column> columns);

  /// Missing cells are empty; there must not be more cells than columns.
  void add_row(std::vector<Cell> cells);
  /// Lines ending in newlines, none wider than the terminal. A last column without any text is left out.
  [[nodiscard]] std::string render(const Terminal& terminal) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace fanin::report
