#include "fanin/net/toml/fields.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/core/suggest.hpp"

namespace fanin::net {
namespace {

constexpr std::size_t kMaxItems = 64;   // of a list: shapes, kernels, layers to read from
constexpr std::size_t kMaxWord = 1024;  // characters: names and activations are short

std::string quoted(std::string_view key) {
  std::string out("`");
  return out.append(key.substr(0, 64)).append("`");
}

}  // namespace

std::string Place::at(int line) const {
  std::string text = at_line(source, line);
  if (used_line != 0) text += ", used in line " + std::to_string(used_line);
  if (!layer.empty()) text += ", layer '" + layer + "'";
  return text;
}

Fields::Fields(const TomlTable& table, const Place& place, std::string_view what, const Names& names)
    : table_(table), place_(place), what_(what), names_(names) {}

void Fields::fail(ErrorCode code, std::string_view key, const std::string& message) const {
  const TomlValue* value = find(table_, key);
  throw Error(code, place_.at(value == nullptr ? table_.line : value->line), message);
}

void Fields::wrong_type(std::string_view key, const TomlValue& found, std::string_view expected) const {
  std::string message = quoted(key);
  message += " must be ";
  message += expected;
  message += ", found ";
  message += kind_name(found);
  throw Error(ErrorCode::bad_value, place_.at(found.line), message);
}

const TomlValue* Fields::raw(std::string_view key) {
  known_.push_back(key);
  return find(table_, key);
}

std::int64_t Fields::integer_of(std::string_view key, const TomlValue& value) const {
  if (const auto* integer = std::get_if<std::int64_t>(&value.value)) return *integer;
  const auto* text = std::get_if<std::string>(&value.value);
  if (text == nullptr) wrong_type(key, value, "an integer or a text such as \"outputs\" or \"4 * width\"");
  try {
    return evaluate(*text, names_);
  } catch (const Error& error) {
    throw Error(error.code(), place_.at(value.line), quoted(key) + ": " + error.message());
  }
}

std::int64_t Fields::integer(std::string_view key, std::string_view meaning) {
  const TomlValue* value = raw(key);
  if (value != nullptr) return integer_of(key, *value);
  fail(ErrorCode::bad_syntax, key, std::string(what_) + " needs " + quoted(key) + ", " + std::string(meaning));
}

std::int64_t Fields::integer(std::string_view key, std::int64_t fallback) {
  const TomlValue* value = raw(key);
  return value == nullptr ? fallback : integer_of(key, *value);
}

std::optional<double> Fields::number(std::string_view key) {
  const TomlValue* value = raw(key);
  if (value == nullptr) return std::nullopt;
  double number = 0;
  if (const auto* real = std::get_if<double>(&value->value)) {
    number = *real;
  } else if (const auto* text = std::get_if<std::string>(&value->value); text != nullptr && names_.contains(*text)) {
    try {
      std::visit([&](auto constant) { number = static_cast<double>(constant); }, names_.at(*text));
    } catch (const Error& error) {
      fail(error.code(), key, quoted(key) + ": " + error.message());
    }
  } else if (const auto* integer = std::get_if<std::int64_t>(&value->value)) {
    number = static_cast<double>(*integer);
  } else {
    wrong_type(key, *value, "a number or a constant's name");
  }
  if (!std::isfinite(number)) fail(ErrorCode::bad_value, key, quoted(key) + " must be finite");
  return number;
}

std::optional<bool> Fields::flag(std::string_view key) {
  const TomlValue* value = raw(key);
  if (value == nullptr) return std::nullopt;
  const auto* flag = std::get_if<bool>(&value->value);
  if (flag == nullptr) wrong_type(key, *value, "true or false");
  return *flag;
}

std::optional<std::string> Fields::word(std::string_view key) {
  const TomlValue* value = raw(key);
  if (value == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(&value->value);
  if (text == nullptr) wrong_type(key, *value, "a string");
  if (text->empty() || text->size() > kMaxWord) {
    fail(ErrorCode::bad_value, key, quoted(key) + " must have 1 to 1024 characters");
  }
  return *text;
}

std::size_t Fields::choice(std::string_view key, const std::vector<std::string>& choices) {
  const std::optional<std::string> given = word(key);
  if (!given) return 0;
  const auto found = std::find(choices.begin(), choices.end(), *given);
  if (found == choices.end()) {
    fail(ErrorCode::unknown_name, key,
         quoted(key) + " cannot be '" + given->substr(0, 64) + "'; " + suggestion(*given, choices));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

std::vector<std::int64_t> Fields::integers(std::string_view key) {
  const TomlValue* value = raw(key);
  if (value == nullptr) return {};
  const auto* array = std::get_if<std::vector<TomlValue>>(&value->value);
  if (array == nullptr) return {integer_of(key, *value)};
  if (array->size() > kMaxItems) fail(ErrorCode::bad_value, key, quoted(key) + " has more than 64 entries");
  std::vector<std::int64_t> all;
  for (const TomlValue& item : *array) all.push_back(integer_of(key, item));
  return all;
}

std::vector<std::string> Fields::words(std::string_view key) {
  const TomlValue* value = raw(key);
  if (value == nullptr) return {};
  if (const auto* text = std::get_if<std::string>(&value->value)) return {*text};
  const auto* array = std::get_if<std::vector<TomlValue>>(&value->value);
  if (array == nullptr) wrong_type(key, *value, "a string or an array of strings");
  if (array->empty() || array->size() > kMaxItems) {
    fail(ErrorCode::bad_value, key, quoted(key) + " must have 1 to 64 entries");
  }
  std::vector<std::string> all;
  for (const TomlValue& item : *array) {
    const auto* text = std::get_if<std::string>(&item.value);
    if (text == nullptr) wrong_type(key, item, "an array of strings");
    all.push_back(*text);
  }
  return all;
}

const TomlTable* Fields::table(std::string_view key) {
  const TomlValue* value = raw(key);
  if (value == nullptr) return nullptr;
  const auto* table = std::get_if<TomlTable>(&value->value);
  if (table == nullptr) wrong_type(key, *value, "a table");
  return table;
}

std::optional<Activation> Fields::activation(std::string_view key) {
  const std::optional<std::string> text = word(key);
  if (!text) return std::nullopt;
  try {
    return parse_activation(*text);
  } catch (const Error& error) {
    fail(error.code(), key, quoted(key) + ": " + error.message());
  }
}

void Fields::finish() const {
  for (const TomlEntry& entry : table_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::vector<std::string> names(known_.begin(), known_.end());
    fail(ErrorCode::unknown_name, entry.key,
         "there is no " + quoted(entry.key) + " in " + std::string(what_) + "; " + suggestion(entry.key, names));
  }
}

}  // namespace fanin::net
