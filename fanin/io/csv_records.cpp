#include "fanin/io/csv_records.hpp"

#include <utility>

namespace fanin::io {

Error bad_table(std::string_view name, std::size_t line, std::size_t column, std::string message) {
  std::string where = std::string(name) + ", line " + std::to_string(line);
  if (column != 0) where += ", column " + std::to_string(column);
  return {ErrorCode::bad_data, std::move(where), std::move(message)};
}

bool CsvRecords::next(std::vector<std::string_view>& cells) {
  while (!at_end()) {
    if (read_record(cells)) return true;
  }
  return false;
}

/// False for a blank line.
bool CsvRecords::read_record(std::vector<std::string_view>& cells) {
  cells.clear();
  unescaped_.clear();
  record_line_ = line_;
  const std::size_t start = position_;
  for (column_ = 1;; ++column_) {
    if (column_ > options_.max_columns) {
      throw bad_table(name_, record_line_, 0,
                      "has more than " + std::to_string(options_.max_columns) + " columns, the limit");
    }
    cells.push_back(read_cell());
    if (position_ - start > options_.max_record_bytes) {
      throw bad_table(name_, record_line_, column_,
                      "the record is longer than " + std::to_string(options_.max_record_bytes) +
                          " bytes, the limit; is a quote left open?");
    }
    if (at_end() || take_line_end()) break;
    ++position_;  // the delimiter
  }
  return cells.size() > 1 || !cells.front().empty() || quoted_;
}

std::string_view CsvRecords::read_cell() {
  skip_blanks();
  quoted_ = !at_end() && text_[position_] == '"';
  if (quoted_) return read_quoted();
  const std::size_t start = position_;
  while (!at_end() && text_[position_] != delimiter_ && !at_line_end()) ++position_;
  std::size_t end = position_;
  while (end > start && is_blank(text_[end - 1])) --end;
  return text_.substr(start, end - start);
}

std::string_view CsvRecords::read_quoted() {
  const std::size_t start = ++position_;
  const std::size_t first_line = line_;
  std::string unescaped;
  std::size_t copied = start;  // text before this is in `unescaped`
  for (;; ++position_) {
    if (at_end()) throw bad_table(name_, first_line, column_, "the quote opened here is never closed");
    const char c = text_[position_];
    if (c == '\n') ++line_;
    if (c != '"') continue;
    const bool doubled = position_ + 1 < text_.size() && text_[position_ + 1] == '"';
    if (!doubled) break;
    unescaped.append(text_.substr(copied, position_ + 1 - copied));
    copied = ++position_ + 1;
  }
  std::string_view cell = text_.substr(copied, position_ - copied);
  if (copied != start) {
    unescaped.append(cell);
    cell = unescaped_.emplace_back(std::move(unescaped));
  }
  ++position_;  // the closing quote
  skip_blanks();
  if (!at_end() && text_[position_] != delimiter_ && !at_line_end()) {
    throw bad_table(name_, line_, column_,
                    "text follows a closing quote; inside a quoted cell a quote is written twice (\"\")");
  }
  return cell;
}

/// LF, CRLF or a lone CR.
bool CsvRecords::take_line_end() {
  if (!at_line_end()) return false;
  const bool carriage_return = text_[position_++] == '\r';
  if (carriage_return && !at_end() && text_[position_] == '\n') ++position_;
  ++line_;
  return true;
}

void CsvRecords::skip_blanks() {
  while (!at_end() && is_blank(text_[position_])) ++position_;
}

}  // namespace fanin::io
