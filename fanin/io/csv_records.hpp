// The records and cells of CSV text (RFC 4180), one record at a time. Private to the room.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/io/csv.hpp"

namespace fanin::io {

/// Bad data in a table: `where` is "name, line N" or "name, line N, column M" (column 1-based; 0 is left out).
Error bad_table(std::string_view name, std::size_t line, std::size_t column, std::string message);

class CsvRecords final {
 public:
  /// `text` and `name` outlive the object.
  CsvRecords(std::string_view text, std::string_view name, char delimiter, const CsvOptions& options)
      : text_(text), name_(name), delimiter_(delimiter), options_(options) {}

  /// Reads the next record that is not blank into `cells`; false at the end. Blanks around unquoted
  /// cells are dropped. The views live until the next call.
  bool next(std::vector<std::string_view>& cells);
  /// The 1-based line on which the last record starts.
  [[nodiscard]] std::size_t line() const noexcept { return record_line_; }

 private:
  bool read_record(std::vector<std::string_view>& cells);
  std::string_view read_cell();
  std::string_view read_quoted();
  bool take_line_end();
  void skip_blanks();
  [[nodiscard]] bool at_end() const noexcept { return position_ == text_.size(); }
  [[nodiscard]] bool at_line_end() const noexcept { return text_[position_] == '\n' || text_[position_] == '\r'; }
  [[nodiscard]] bool is_blank(char c) const noexcept { return c == ' ' || (c == '\t' && delimiter_ != '\t'); }

  std::string_view text_;
  std::string_view name_;
  char delimiter_;
  const CsvOptions& options_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
  std::size_t column_ = 1;  // 1-based, of the cell being read
  bool quoted_ = false;     // the last cell read stood in quotes
  std::deque<std::string> unescaped_;
};

}  // namespace fanin::io
