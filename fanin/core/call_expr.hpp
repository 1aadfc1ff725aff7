// The little language of names with arguments that the whole project speaks on its command line:
//   he_normal    normal(std=0.01)    glorot_uniform(gain=leaky_relu(0.2))    adam(beta1=0.9)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanin {

/// One argument: `key=text`, or positional when `key` is empty. `text` is trimmed and may itself
/// be a call such as leaky_relu(0.2).
struct CallArgument {
  std::string key;
  std::string text;
};

/// A parsed call: a name and its arguments, in the order written.
struct CallExpr {
  std::string name;
  std::vector<CallArgument> arguments;
};

/// Parses "name" or "name(argument, key=argument)".
/// @param what  what is being named, for messages: "initializer", "activation".
/// @throws Error bad_syntax, naming the position and what was expected there.
CallExpr parse_call(std::string_view text, std::string_view what);

/// Splits "a,b(x=1,y=2),c" at the commas outside parentheses; the parts are trimmed.
/// @throws Error bad_syntax on unbalanced parentheses or an empty part.
std::vector<std::string> split_list(std::string_view text, std::string_view what);

/// Reads the arguments of a call by name (or by position) and refuses what nobody asked for.
///
///     CallReader reader(call, "initializer");
///     const double std_dev = reader.number("std", 1.0);
///     reader.finish();
class CallReader final {
 public:
  /// `call` must outlive the reader. `what` as in parse_call.
  CallReader(const CallExpr& call, std::string_view what);

  /// The next parameter's text: given by `key`, else by the next free position, else nothing.
  /// Call these in the order of the parameters' positions.
  std::optional<std::string> text(std::string_view key);
  /// A finite number. @throws Error bad_value when the text is no finite number.
  double number(std::string_view key, double fallback);
  std::optional<double> number(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t fallback);
  /// true/false/yes/no/1/0.
  bool flag(std::string_view key, bool fallback);
  /// @throws Error unknown_name for a key nobody read, bad_syntax for too many positions or a
  ///         repeated key. Call it last.
  void finish();

 private:
  const CallExpr& call_;
  std::string what_;
  std::vector<bool> used_;
  std::vector<std::string> known_;
};

/// Parses a whole text as a finite number ("0.01", "1e-3"). Hexadecimal, "nan" and "inf" are refused.
std::optional<double> parse_number(std::string_view text);
/// The shortest text that parse_number reads back to the same value: "0.01", "1e-10".
std::string format_number(double value);
/// Parses a whole text as a decimal integer.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace fanin
