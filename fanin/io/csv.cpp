#include "fanin/io/csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/io/csv_records.hpp"

namespace fanin::io {
namespace {

using Cells = std::vector<std::string_view>;

constexpr std::size_t kSniffedRecords = 16;
constexpr std::array<char, 3> kDelimiters{'\t', ';', ','};  // the rarer inside cells, the stronger the sign
constexpr std::size_t kShownCharacters = 40;

std::optional<double> number_of(std::string_view cell) {
  if (cell.starts_with('+') && cell.size() > 1 && cell[1] != '-') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string shown(std::string_view cell) {
  std::string text(1, '\'');
  text += cell.substr(0, kShownCharacters);
  text += cell.size() > kShownCharacters ? "…'" : "'";
  return text;
}

/// The text without a UTF-8 byte order mark. @throws Error bad_data for what is no text.
std::string_view checked_text(std::string_view text, std::string_view name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw damaged(name, 0, "is UTF-16 text; save it as UTF-8");
  }
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos) throw damaged(name, zero, "holds a zero byte, so it is no CSV text");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

/// The cells per record when the first records agree on more than one, else 0.
std::size_t agreed_cells(std::string_view text, std::string_view name, char delimiter, const CsvOptions& options) {
  try {
    CsvRecords records(text, name, delimiter, options);
    Cells cells;
    std::size_t agreed = 0;
    for (std::size_t i = 0; i < kSniffedRecords && records.next(cells); ++i) {
      if (i != 0 && cells.size() != agreed) return 0;
      agreed = cells.size();
    }
    return agreed > 1 ? agreed : 0;
  } catch (const Error&) {
    return 0;  // reading with the delimiter chosen in the end says what is wrong
  }
}

char recognize_delimiter(std::string_view text, std::string_view name, const CsvOptions& options) {
  for (const char delimiter : kDelimiters) {
    if (agreed_cells(text, name, delimiter, options) != 0) return delimiter;
  }
  const std::string_view first_line = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char delimiter : kDelimiters) {
    if (std::ranges::count(first_line, delimiter) > std::ranges::count(first_line, best)) best = delimiter;
  }
  return best;
}

/// No number at all in the first record, or text above a number.
bool looks_like_header(const std::vector<bool>& first_numeric, const Cells& first, const Cells& second) {
  if (std::ranges::none_of(first_numeric, [](bool numeric) { return numeric; })) return true;
  for (std::size_t column = 0; column < std::min(first_numeric.size(), second.size()); ++column) {
    if (!first_numeric[column] && !first[column].empty() && number_of(second[column])) return true;
  }
  return false;
}

bool has_header(std::string_view text, std::string_view name, char delimiter, const CsvOptions& options) {
  if (options.header != CsvHeader::automatic) return options.header == CsvHeader::present;
  CsvRecords records(text, name, delimiter, options);
  Cells cells;
  if (!records.next(cells)) return false;
  const std::vector<std::string> kept(cells.begin(), cells.end());  // the views die with the next record
  std::vector<bool> numeric;
  numeric.reserve(kept.size());
  for (const std::string& cell : kept) numeric.push_back(number_of(cell).has_value());
  if (!records.next(cells)) cells.clear();
  return looks_like_header(numeric, Cells(kept.begin(), kept.end()), cells);
}

/// Creates the columns from the first record and steps behind it when it is a header.
void start_columns(CsvTable& table, const Cells& first) {
  table.columns.resize(first.size());
  for (std::size_t column = 0; column < first.size(); ++column) {
    table.columns[column].name = table.has_header ? std::string(first[column]) : std::to_string(column);
  }
}

void add_numbers(CsvTable& table, const Cells& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    CsvColumn& column = table.columns[i];
    if (!column.numeric) continue;
    if (const std::optional<double> number = number_of(cells[i])) {
      column.numbers.push_back(*number);
    } else {
      column.numeric = false;
      column.text_row = table.rows;
      std::vector<double>().swap(column.numbers);
    }
  }
}

void check_width(const CsvTable& table, const Cells& cells, std::size_t line) {
  if (cells.size() == table.columns.size()) return;
  throw bad_table(table.source, line, 0,
                  "has " + std::to_string(cells.size()) + " cells, but the first record has " +
                      std::to_string(table.columns.size()));
}

void read_numbers(CsvTable& table, std::string_view text, const CsvOptions& options) {
  CsvRecords records(text, table.source, table.delimiter, options);
  Cells cells;
  while (records.next(cells)) {
    const bool first = table.columns.empty();
    if (first) start_columns(table, cells);
    if (first && table.has_header) continue;
    check_width(table, cells, records.line());
    add_numbers(table, cells);
    table.lines.push_back(records.line());
    ++table.rows;
  }
}

/// A second pass, for the columns that turned out to be text.
void read_texts(CsvTable& table, std::string_view text, const CsvOptions& options) {
  std::vector<CsvColumn*> wanted(table.columns.size(), nullptr);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!table.columns[i].numeric) wanted[i] = &table.columns[i];
  }
  if (std::ranges::all_of(wanted, [](const CsvColumn* column) { return column == nullptr; })) return;
  CsvRecords records(text, table.source, table.delimiter, options);
  Cells cells;
  bool skip = table.has_header;
  while (records.next(cells)) {
    if (std::exchange(skip, false)) continue;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (wanted[i] != nullptr) wanted[i]->texts.emplace_back(cells[i]);
    }
  }
}

CsvTable table_of(std::string_view raw, std::string_view name, const CsvOptions& options) {
  const std::string_view text = checked_text(raw, name);
  CsvTable table;
  table.source = name;
  table.delimiter = options.delimiter != '\0' ? options.delimiter : recognize_delimiter(text, name, options);
  table.has_header = has_header(text, name, table.delimiter, options);
  read_numbers(table, text, options);
  read_texts(table, text, options);
  return table;
}

CsvTable read_from(ByteSource& source, const CsvOptions& options) {
  const std::vector<std::uint8_t> bytes = read_rest(source, options.max_bytes);
  return table_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, source.name(), options);
}

}  // namespace

std::size_t CsvTable::find(std::string_view name_or_index) const {
  std::vector<std::string> names;
  std::vector<std::size_t> hits;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    names.push_back(columns[i].name);
    if (columns[i].name == name_or_index) hits.push_back(i);
  }
  if (hits.size() == 1) return hits.front();
  if (hits.size() > 1) {
    throw Error(ErrorCode::bad_value, source,
                std::to_string(hits.size()) + " columns are named '" + std::string(name_or_index) +
                    "'; give the column's index, 0 to " + std::to_string(columns.size() - 1));
  }
  const auto count = static_cast<std::int64_t>(columns.size());
  if (const std::optional<std::int64_t> index = parse_integer(name_or_index)) {
    if (*index >= -count && *index < count) return static_cast<std::size_t>(*index < 0 ? *index + count : *index);
  }
  throw Error(ErrorCode::unknown_name, source,
              "no column '" + std::string(name_or_index) + "' among " + std::to_string(count) + "; " +
                  suggestion(name_or_index, names));
}

std::span<const double> CsvTable::numbers(std::size_t column) const {
  const CsvColumn& asked = columns.at(column);
  if (asked.numeric) return asked.numbers;
  const std::string& cell = asked.texts[asked.text_row];
  std::string message = cell.empty() ? "the cell is empty" : shown(cell) + " is no finite number";
  message += "; column '" + asked.name + "' was asked for as numbers";
  if (cell.find(',') != std::string::npos) message += " (write decimals with a point, not a comma)";
  throw bad_table(source, lines[asked.text_row], column + 1, std::move(message));
}

CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  return read_from(*open_source(path), options);
}

CsvTable parse_csv(std::span<const std::byte> bytes, std::string_view name, const CsvOptions& options) {
  return read_from(*open_source(bytes, name), options);
}

}  // namespace fanin::io
