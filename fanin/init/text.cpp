#include "fanin/init/text.hpp"

#include <array>
#include <charconv>

namespace fanin::init {

std::string number_text(double value) {
  std::array<char, 32> digits{};
  const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), value == 0 ? 0.0 : value);
  (void)status;  // 32 characters hold every double
  return {digits.data(), end};
}

CallText& CallText::add(std::string_view key, std::string_view value) {
  text_ += open_ ? ", " : "(";
  open_ = true;
  text_.append(key).append("=").append(value);
  return *this;
}

CallText& CallText::add(std::string_view value) {
  text_ += open_ ? ", " : "(";
  open_ = true;
  text_ += value;
  return *this;
}

std::string CallText::str(Dialect dialect) {
  add_unless("dialect", to_string(dialect), to_string(Dialect::fanin));
  return open_ ? text_ + ")" : text_;
}

CallText& CallText::add_unless(std::string_view key, double value, double fallback) {
  return value == fallback ? *this : add(key, number_text(value));
}

CallText& CallText::add_unless(std::string_view key, std::string_view value, std::string_view fallback) {
  return value == fallback ? *this : add(key, value);
}

}  // namespace fanin::init
