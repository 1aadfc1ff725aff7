#include "fanin/core/call_expr.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin {
namespace {

constexpr std::size_t kMaxText = 4096;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

[[noreturn]] void syntax_error(std::string_view what, std::string_view text, const std::string& problem) {
  const std::string shown(text.size() > 80 ? text.substr(0, 80) : text);
  throw Error(ErrorCode::bad_syntax, std::string(what) + " '" + shown + "'",
              problem + "; write name or name(key=value, ...), for example normal(std=0.01)");
}

std::vector<std::string_view> split_top_level(std::string_view text, std::string_view what) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth < 0) {
      syntax_error(what, text, "a ')' without its '(' at character " + std::to_string(i + 1));
    }
    if (text[i] == ',' && depth == 0) {
      parts.push_back(trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  if (depth != 0) syntax_error(what, text, "a '(' is never closed");
  parts.push_back(trim(text.substr(begin)));
  return parts;
}

CallArgument parse_argument(std::string_view part, std::string_view what, std::string_view whole) {
  if (part.empty()) syntax_error(what, whole, "an argument is empty");
  const std::size_t stop = part.find_first_of("=(");
  if (stop == std::string_view::npos || part[stop] == '(') return {"", std::string(part)};
  const std::string_view key = trim(part.substr(0, stop));
  const std::string_view value = trim(part.substr(stop + 1));
  if (key.empty() || value.empty()) syntax_error(what, whole, "'" + std::string(part) + "' lacks a key or a value");
  return {std::string(key), std::string(value)};
}

}  // namespace

CallExpr parse_call(std::string_view text, std::string_view what) {
  text = trim(text);
  if (text.size() > kMaxText) syntax_error(what, text, "the text is longer than 4096 characters");
  std::size_t end = 0;
  while (end < text.size() && is_name_character(text[end])) ++end;
  if (end == 0) syntax_error(what, text, "a name was expected");
  CallExpr call{std::string(text.substr(0, end)), {}};
  const std::string_view rest = trim(text.substr(end));
  if (rest.empty()) return call;
  if (rest.front() != '(' || rest.back() != ')') {
    syntax_error(what, text, "after the name '" + call.name + "' only arguments in parentheses may follow");
  }
  const std::string_view inside = trim(rest.substr(1, rest.size() - 2));
  if (inside.empty()) return call;
  for (const std::string_view part : split_top_level(inside, what)) {
    call.arguments.push_back(parse_argument(part, what, text));
  }
  return call;
}

std::vector<std::string> split_list(std::string_view text, std::string_view what) {
  if (text.size() > 16 * kMaxText) syntax_error(what, text, "the list is longer than 65536 characters");
  std::vector<std::string> items;
  for (const std::string_view part : split_top_level(text, what)) {
    if (part.empty()) syntax_error(what, text, "an entry of the list is empty");
    items.emplace_back(part);
  }
  return items;
}

CallReader::CallReader(const CallExpr& call, std::string_view what)
    : call_(call), what_(what), used_(call.arguments.size(), false) {}

std::optional<std::string> CallReader::text(std::string_view key) {
  known_.emplace_back(key);
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (!used_[i] && call_.arguments[i].key == key) {
      used_[i] = true;
      return call_.arguments[i].text;
    }
  }
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (!used_[i] && call_.arguments[i].key.empty()) {
      used_[i] = true;
      return call_.arguments[i].text;
    }
  }
  return std::nullopt;
}

std::optional<double> CallReader::number(std::string_view key) {
  const std::optional<std::string> given = text(key);
  if (!given) return std::nullopt;
  const std::optional<double> value = parse_number(*given);
  if (!value) {
    throw Error(ErrorCode::bad_value, what_ + " " + call_.name,
                std::string(key) + "=" + *given + " is not a finite number");
  }
  return value;
}

double CallReader::number(std::string_view key, double fallback) { return number(key).value_or(fallback); }

std::int64_t CallReader::integer(std::string_view key, std::int64_t fallback) {
  const std::optional<std::string> given = text(key);
  if (!given) return fallback;
  const std::optional<std::int64_t> value = parse_integer(*given);
  if (!value) {
    throw Error(ErrorCode::bad_value, what_ + " " + call_.name, std::string(key) + "=" + *given + " is not an integer");
  }
  return *value;
}

bool CallReader::flag(std::string_view key, bool fallback) {
  const std::optional<std::string> given = text(key);
  if (!given) return fallback;
  if (*given == "true" || *given == "yes" || *given == "1") return true;
  if (*given == "false" || *given == "no" || *given == "0") return false;
  throw Error(ErrorCode::bad_value, what_ + " " + call_.name,
              std::string(key) + "=" + *given + " is not true or false");
}

void CallReader::finish() {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (used_[i]) continue;
    const CallArgument& extra = call_.arguments[i];
    const std::string where = what_ + " " + call_.name;
    if (known_.empty()) throw Error(ErrorCode::bad_syntax, where, "it takes no arguments; found '" + extra.text + "'");
    if (extra.key.empty()) throw Error(ErrorCode::bad_syntax, where, "too many arguments: '" + extra.text + "'");
    for (const std::string& key : known_) {
      if (key == extra.key) throw Error(ErrorCode::bad_syntax, where, "'" + key + "' is given twice");
    }
    throw Error(ErrorCode::unknown_name, where, "no argument '" + extra.key + "'; " + suggestion(extra.key, known_));
  }
}

std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || status != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::string format_number(double value) {
  std::array<char, 32> digits{};
  const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  FANIN_ASSERT(status == std::errc());
  return {digits.data(), end};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  text = trim(text);
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace fanin
