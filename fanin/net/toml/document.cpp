#include "fanin/net/toml/document.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/net/toml/guard.hpp"

namespace fanin::net {
namespace {

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

TomlValue converted(const toml::node& node);

TomlTable converted_table(const toml::table& table) {
  TomlTable out;
  out.line = line_of(table);
  for (const auto& [key, node] : table) out.entries.push_back({std::string(key.str()), converted(node)});
  return out;
}

TomlValue converted(const toml::node& node) {
  TomlValue out;
  out.line = line_of(node);
  if (const toml::table* table = node.as_table()) {
    out.value = converted_table(*table);
  } else if (const toml::array* array = node.as_array()) {
    std::vector<TomlValue> items;
    for (const toml::node& item : *array) items.push_back(converted(item));
    out.value = std::move(items);
  } else if (node.is_boolean()) {
    out.value = node.as_boolean()->get();
  } else if (node.is_integer()) {
    out.value = node.as_integer()->get();
  } else if (node.is_floating_point()) {
    out.value = node.as_floating_point()->get();
  } else if (node.is_string()) {
    out.value = node.as_string()->get();
  } else {
    out.value = std::monostate{};
  }
  return out;
}

}  // namespace

const TomlValue* find(const TomlTable& table, std::string_view key) noexcept {
  for (const TomlEntry& entry : table.entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string_view kind_name(const TomlValue& value) noexcept {
  static constexpr std::string_view kNames[] = {"true or false", "an integer", "a number",        "a string",
                                                "an array",      "a table",    "a date or a time"};
  return kNames[value.value.index()];
}

std::string at_line(std::string_view source, int line) {
  return std::string(source.substr(0, 256)) + ", line " + std::to_string(line);
}

TomlTable parse_toml(std::string_view text, std::string_view source) {
  check_toml_is_tame(text, source);
  try {
    return converted_table(toml::parse(text, source));
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::bad_syntax, at_line(source, static_cast<int>(error.source().begin.line)),
                "this is no TOML: " + std::string(error.description()));
  }
}

}  // namespace fanin::net
