// Private to this room: the numbers that names stand for in a description, and products such as
// "4 * width" of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fanin::net {

using Constant = std::variant<std::int64_t, double>;

/// Names and what they stand for; what is not found here is looked up in `outer`.
class Names final {
 public:
  explicit Names(const Names* outer = nullptr) noexcept : outer_(outer) {}

  /// Replaces what the name stood for.
  void set(std::string_view name, const Constant& value);
  /// A name whose value nobody knows; `hint` says who could.
  void set_unknown(std::string_view name, std::string_view hint);
  /// @throws Error unknown_name with the nearest names, bad_value for an unknown value.
  [[nodiscard]] Constant at(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;

 private:
  struct Entry {
    std::string name;
    Constant value;
    std::string hint;  ///< not empty: the value is unknown
  };
  [[nodiscard]] const Entry* find(std::string_view name) const noexcept;
  Entry& entry(std::string_view name);

  const Names* outer_;
  std::vector<Entry> entries_;
};

/// Integers and names joined by + - * / and parentheses. A quotient must be exact.
/// @throws Error bad_syntax, unknown_name, bad_value (overflow, a quotient that is no integer); the caller
///         adds where.
std::int64_t evaluate(std::string_view text, const Names& names);

/// A name of letters, digits and '_' that begins with a letter.
bool is_constant_name(std::string_view text) noexcept;

}  // namespace fanin::net
