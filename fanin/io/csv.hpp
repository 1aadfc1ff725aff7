// Tables from CSV text (RFC 4180): quoted cells, LF or CRLF, gzip or plain. Delimiter (comma,
// semicolon or tab) and header are recognized unless told. Columns of numbers become doubles; any other
// column stays text, so that class names can be targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/io/bytes.hpp"

namespace fanin::io {

enum class CsvHeader { automatic, present, absent };

struct CsvOptions {
  char delimiter = '\0';  ///< ',', ';' or '\t'; 0 recognizes it from the first records
  /// automatic: the first record is a header when it holds no number, or text above a number.
  CsvHeader header = CsvHeader::automatic;
  std::size_t max_record_bytes = std::size_t{16} << 20;  ///< one record, its quoted line breaks included
  std::size_t max_columns = 100'000;
  std::uint64_t max_bytes = kDefaultByteLimit;  ///< of the whole text, after decompression
};

/// One column; exactly one of `numbers` and `texts` holds the table's rows.
struct CsvColumn {
  std::string name;                ///< from the header, else the 0-based index: "0", "1", …
  bool numeric = true;             ///< every cell is a finite number
  std::vector<double> numbers;     ///< [rows] when numeric
  std::vector<std::string> texts;  ///< [rows] when not, as written, without quotes
  std::size_t text_row = 0;        ///< when not numeric: the first row that holds no number
};

struct CsvTable {
  std::string source;  ///< the path, for messages
  bool has_header = false;
  char delimiter = ',';
  std::size_t rows = 0;  ///< without the header
  std::vector<CsvColumn> columns;
  std::vector<std::size_t> lines;  ///< [rows] the 1-based line on which each row starts

  /// The index of a column given by its name, else by its 0-based index as text ("-1": the last).
  /// @throws Error unknown_name with the nearest names; bad_value when a name occurs twice.
  [[nodiscard]] std::size_t find(std::string_view name_or_index) const;
  /// A column's numbers. @throws Error bad_data naming file, line and column of the first cell that is
  ///         no finite number (empty cells, "nan" and decimal commas are none).
  [[nodiscard]] std::span<const double> numbers(std::size_t column) const;
};

/// Reads a table. Blank lines are skipped; every record must have as many cells as the first.
/// @throws Error missing_data; io_failure; bad_data naming file and line (an unclosed quote, text behind a
///         closing quote, a ragged row, a zero byte, UTF-16) or exceeding a limit of `options`.
CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options = {});
/// The same from memory; `name` stands for the path in messages.
CsvTable parse_csv(std::span<const std::byte> bytes, std::string_view name, const CsvOptions& options = {});

}  // namespace fanin::io
