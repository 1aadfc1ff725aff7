// Private to this room: a TOML text as a plain tree in which every value knows its line. Only document.cpp
// sees the parser. Hostile texts are refused before they reach it: their nesting would use up the stack.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fanin::net {

struct TomlEntry;

struct TomlTable {
  std::vector<TomlEntry> entries;  ///< sorted by key
  int line = 0;                    ///< of its header, from 1
};

struct TomlValue {
  /// The last one is what no description holds: a date or a time.
  std::variant<bool, std::int64_t, double, std::string, std::vector<TomlValue>, TomlTable, std::monostate> value;
  int line = 0;
};

struct TomlEntry {
  std::string key;
  TomlValue value;
};

/// The value of `key`; null when there is none.
const TomlValue* find(const TomlTable& table, std::string_view key) noexcept;

/// "a string", "an array", …
std::string_view kind_name(const TomlValue& value) noexcept;

/// @param source  the file's name, for messages.
/// @throws Error bad_syntax naming source and line, bad_data for a text that is too long or too deep.
TomlTable parse_toml(std::string_view text, std::string_view source);

/// "net.toml, line 12".
std::string at_line(std::string_view source, int line);

}  // namespace fanin::net
