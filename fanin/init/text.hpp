// Canonical text of a scheme: its name and the arguments that differ from their defaults, numbers
// in the shortest form that reads back to the same double, and the dialect unless it is fanin's own.
#pragma once

#include <string>
#include <string_view>

#include "fanin/init/dialect.hpp"

namespace fanin::init {

/// "0.01", "1e-05", "2": the shortest text that parses back to `value`.
std::string number_text(double value);

/// Builds "name(key=value, key=value)".
class CallText final {
 public:
  explicit CallText(std::string_view name) : text_(name) {}
  CallText& add(std::string_view key, std::string_view value);
  /// A positional argument.
  CallText& add(std::string_view value);
  /// Adds the argument unless it has its default value.
  CallText& add_unless(std::string_view key, double value, double fallback);
  CallText& add_unless(std::string_view key, std::string_view value, std::string_view fallback);
  /// The finished text.
  [[nodiscard]] std::string str(Dialect dialect = Dialect::fanin);

 private:
  std::string text_;
  bool open_ = false;
};

}  // namespace fanin::init
