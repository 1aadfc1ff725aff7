#include "fanin/net/toml/expression.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::net {
namespace {

constexpr std::size_t kMaxText = 200;
constexpr std::size_t kMaxName = 64;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string quoted(std::string_view text) {
  std::string out("'");
  return out.append(text.substr(0, kMaxName)).append("'");
}

std::optional<std::int64_t> combined(char sign, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (sign) {
    case '+': return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case '-': return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case '*': return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    default: break;
  }
  if (a == std::numeric_limits<std::int64_t>::min() && b == -1) return std::nullopt;
  return a / b;
}

class Parser final {
 public:
  Parser(std::string_view text, const Names& names) : text_(text), names_(names) {}

  std::int64_t run() {
    const std::int64_t value = sum();
    if (at_ < text_.size()) fail(quoted(text_.substr(at_, 1)) + " is not expected there");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& problem, ErrorCode code = ErrorCode::bad_syntax) const {
    throw Error(code, "", quoted(text_) + ": " + problem);
  }

  char next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  std::int64_t apply(char sign, std::int64_t a, std::int64_t b) const {
    if (sign == '/' && (b == 0 || (b != -1 && a % b != 0))) {
      fail(std::to_string(a) + " does not divide by " + std::to_string(b), ErrorCode::bad_value);
    }
    const std::optional<std::int64_t> value = combined(sign, a, b);
    if (!value) fail("the value overflows 64 bits", ErrorCode::bad_value);
    return *value;
  }

  std::int64_t sum() {
    std::int64_t value = product();
    for (char sign = next(); sign == '+' || sign == '-'; sign = next()) {
      ++at_;
      value = apply(sign, value, product());
    }
    return value;
  }

  std::int64_t product() {
    std::int64_t value = factor();
    for (char sign = next(); sign == '*' || sign == '/'; sign = next()) {
      ++at_;
      value = apply(sign, value, factor());
    }
    return value;
  }

  std::int64_t factor() {
    const char c = next();
    const std::size_t begin = at_;
    if (c == '(') {
      ++at_;
      const std::int64_t value = sum();
      if (next() != ')') fail("a '(' is never closed");
      ++at_;
      return value;
    }
    if (!is_letter(c) && !is_digit(c)) fail("a number or a name was expected");
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (is_letter(c)) {
      const Constant value = names_.at(word);
      if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
      fail(quoted(word) + " is no integer", ErrorCode::bad_value);
    }
    const std::optional<std::int64_t> value = parse_integer(word);
    if (!value) fail(quoted(word) + " is no integer");
    return *value;
  }

  std::string_view text_;
  const Names& names_;
  std::size_t at_ = 0;
};

}  // namespace

const Names::Entry* Names::find(std::string_view name) const noexcept {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return &entry;
  }
  return outer_ == nullptr ? nullptr : outer_->find(name);
}

Names::Entry& Names::entry(std::string_view name) {
  for (Entry& entry : entries_) {
    if (entry.name == name) return entry;
  }
  return entries_.emplace_back(Entry{std::string(name), std::int64_t{0}, {}});
}

void Names::set(std::string_view name, const Constant& value) {
  Entry& target = entry(name);
  target.value = value;
  target.hint.clear();
}

void Names::set_unknown(std::string_view name, std::string_view hint) { entry(name).hint = hint; }

Constant Names::at(std::string_view name) const {
  if (const Entry* found = find(name)) {
    if (found->hint.empty()) return found->value;
    throw Error(ErrorCode::bad_value, "", quoted(found->name) + " is not known here; " + found->hint);
  }
  std::vector<std::string> known;
  for (const Names* level = this; level != nullptr; level = level->outer_) {
    for (const Entry& entry : level->entries_) known.push_back(entry.name);
  }
  throw Error(ErrorCode::unknown_name, "", "no constant " + quoted(name) + "; " + suggestion(name, known));
}

bool Names::contains(std::string_view name) const noexcept { return find(name) != nullptr; }

std::int64_t evaluate(std::string_view text, const Names& names) {
  if (text.size() > kMaxText) throw Error(ErrorCode::bad_syntax, "", "a number's text is longer than 200 characters");
  return Parser(text, names).run();
}

bool is_constant_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxName && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace fanin::net
