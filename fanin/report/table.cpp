#include "fanin/report/table.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/report/text.hpp"

namespace fanin::report {
namespace {

constexpr std::size_t kNarrowestWrap = 28;   // a wrapped column of fewer columns is hard to read
constexpr std::size_t kNarrowestFirst = 14;  // likewise for the first column, of names
constexpr std::size_t kIndent = 2;

using Rows = std::vector<std::vector<Cell>>;

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0;
  while (true) {
    const std::size_t stop = text.find('\n');
    widest = std::max(widest, display_width(text.substr(0, stop)));
    if (stop == std::string_view::npos) return widest;
    text.remove_prefix(stop + 1);
  }
}

void trim_end(std::string& line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
}

/// Widths and gap of one way to lay the table out.
struct Layout {
  std::vector<std::size_t> widths;  ///< of the columns that stand side by side
  std::size_t gap = 2;
  bool last_below = false;

  [[nodiscard]] std::size_t total() const {
    return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gap * (widths.size() - 1);
  }
};

class Renderer final {
 public:
  Renderer(const std::vector<Column>& columns, Rows rows, const Terminal& terminal)
      : columns_(columns),
        rows_(std::move(rows)),
        terminal_(terminal),
        width_(static_cast<std::size_t>(terminal.width)) {}

  std::string run() {
    Layout layout;
    if (!choose(layout)) return records();
    header(layout);
    for (const std::vector<Cell>& row : rows_) {
      side_by_side(row, layout);
      if (layout.last_below && !row.back().text.empty()) below(row.back());
    }
    return std::move(out_);
  }

 private:
  std::vector<std::size_t> natural_widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      widths.push_back(widest_line(columns_[c].title));
      for (const std::vector<Cell>& row : rows_) widths[c] = std::max(widths[c], widest_line(row[c].text));
    }
    return widths;
  }

  /// Narrows flexible columns, the widest one first, until the layout fits. The first column, of
  /// names, is left alone unless `names_too`.
  bool shrink(Layout& layout, bool names_too) const {
    while (layout.total() > width_) {
      std::size_t* widest = nullptr;
      for (std::size_t c = names_too ? 0 : 1; c < layout.widths.size(); ++c) {
        const std::size_t narrowest = columns_[c].narrowest;
        if (narrowest == 0 || layout.widths[c] <= narrowest) continue;
        if (widest == nullptr || layout.widths[c] > *widest) widest = &layout.widths[c];
      }
      if (widest == nullptr) return false;
      --*widest;
    }
    return true;
  }

  /// The roomiest layout that fits; false when none does.
  bool choose(Layout& layout) const {
    const std::vector<std::size_t> natural = natural_widths();
    for (const std::size_t gap : {3U, 2U}) {
      layout = {natural, gap, false};
      if (shrink(layout, false)) return true;
    }
    if (natural.size() < 2) return false;
    for (const bool names_too : {false, true}) {
      for (const std::size_t gap : {3U, 2U}) {
        layout = {natural, gap, true};
        layout.widths.pop_back();
        if (shrink(layout, names_too)) return true;
      }
    }
    return false;
  }

  /// One visual row: each cell's lines, padded, from the top (`bottom`: from the bottom).
  void print_lines(const std::vector<std::vector<std::string>>& cells, const std::vector<Style>& styles,
                   const Layout& layout, bool bottom) {
    std::size_t height = 0;
    for (const auto& lines : cells) height = std::max(height, lines.size());
    for (std::size_t y = 0; y < height; ++y) {
      std::string line;
      for (std::size_t c = 0; c < cells.size(); ++c) {
        const std::size_t skipped = bottom ? height - cells[c].size() : 0;
        const std::string text = y >= skipped && y - skipped < cells[c].size() ? cells[c][y - skipped] : "";
        const std::size_t padding = layout.widths[c] - std::min(layout.widths[c], display_width(text));
        if (c != 0) line.append(layout.gap, ' ');
        if (columns_[c].align == Align::right) line.append(padding, ' ');
        line += styled(text, styles[c], terminal_);
        if (columns_[c].align == Align::left) line.append(padding, ' ');
      }
      trim_end(line);
      out_ += line + "\n";
    }
  }

  void header(const Layout& layout) {
    std::vector<std::vector<std::string>> titles;
    for (std::size_t c = 0; c < layout.widths.size(); ++c) titles.push_back(wrap(columns_[c].title, layout.widths[c]));
    print_lines(titles, std::vector<Style>(titles.size(), Style::strong), layout, true);
    std::string rule;
    for (std::size_t i = 0; i < layout.total(); ++i) rule += terminal_.unicode ? "─" : "-";
    out_ += styled(rule, Style::faint, terminal_) + "\n";
  }

  void side_by_side(const std::vector<Cell>& row, const Layout& layout) {
    std::vector<std::vector<std::string>> cells;
    std::vector<Style> styles;
    for (std::size_t c = 0; c < layout.widths.size(); ++c) {
      cells.push_back(wrap(row[c].text, layout.widths[c]));
      styles.push_back(row[c].style);
    }
    print_lines(cells, styles, layout, false);
  }

  void below(const Cell& cell) {
    const std::size_t indent = width_ > 8 * kIndent ? kIndent : 0;
    for (const std::string& line : wrap(cell.text, width_ - indent)) {
      out_ += std::string(indent, ' ') + styled(line, cell.style, terminal_) + "\n";
    }
  }

  std::string records() {
    for (const std::vector<Cell>& row : rows_) {
      for (std::size_t c = 0; c < row.size(); ++c) {
        if (row[c].text.empty()) continue;
        std::string title = columns_[c].title;
        std::replace(title.begin(), title.end(), '\n', ' ');
        const std::string text = c == 0 ? row[c].text : title + ": " + row[c].text;
        const std::size_t indent = c == 0 || width_ <= 8 * kIndent ? 0 : kIndent;
        for (const std::string& line : wrap(text, width_ - indent)) {
          out_ += std::string(indent, ' ') + styled(line, c == 0 ? Style::strong : row[c].style, terminal_) + "\n";
        }
      }
    }
    return std::move(out_);
  }

  std::vector<Column> columns_;
  Rows rows_;
  const Terminal& terminal_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) { FANIN_ASSERT(!columns_.empty()); }

void Table::add_row(std::vector<Cell> cells) {
  FANIN_ASSERT(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::render(const Terminal& terminal) const {
  std::vector<Column> columns = columns_;
  Rows rows = rows_;
  const bool last_is_empty = columns.size() > 1 && std::all_of(rows.begin(), rows.end(),
                                                               [](const auto& row) { return row.back().text.empty(); });
  if (last_is_empty) {
    columns.pop_back();
    for (std::vector<Cell>& row : rows) row.pop_back();
  }
  for (Column& column : columns) column.title = printable(column.title, terminal.unicode);
  for (std::vector<Cell>& row : rows) {
    for (Cell& cell : row) cell.text = printable(cell.text, terminal.unicode);
  }
  return Renderer(columns, std::move(rows), terminal).run();
}

}  // namespace fanin::report
