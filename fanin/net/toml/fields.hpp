// Private to this room: reads the keys of one table of a description. What is missing, of the wrong type or
// unknown is an error that names source, line, layer and key.
//
//     Fields fields(table, {source, "conv1"}, "conv", names);
//     const std::int64_t channels = fields.integer("channels", "the number of output channels");
//     const bool bias = fields.flag("bias", true);
//     fields.finish();
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/net/toml/document.hpp"
#include "fanin/net/toml/expression.hpp"

namespace fanin::net {

/// Where in a description something stands.
struct Place {
  std::string_view source;
  std::string layer;  ///< full name; empty outside of layers
  int used_line = 0;  ///< of the layer that uses the block in which this stands; 0: in no block

  /// "net.toml, line 12, layer 'conv1'"; in a block "net.toml, line 12, used in line 40, layer 'conv1'".
  [[nodiscard]] std::string at(int line) const;
};

class Fields final {
 public:
  /// @param what  what the table describes, for messages: "conv", "the block 'residual'". All must outlive this.
  Fields(const TomlTable& table, const Place& place, std::string_view what, const Names& names);

  [[nodiscard]] bool has(std::string_view key) const noexcept { return find(table_, key) != nullptr; }
  /// A required integer, or its text: a name or an expression of names. @param meaning  for the message.
  std::int64_t integer(std::string_view key, std::string_view meaning);
  std::int64_t integer(std::string_view key, std::int64_t fallback);
  std::optional<double> number(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  bool flag(std::string_view key, bool fallback) { return flag(key).value_or(fallback); }
  std::optional<std::string> word(std::string_view key);
  /// One of `choices`; the first is the fallback.
  std::size_t choice(std::string_view key, const std::vector<std::string>& choices);
  /// An array of integers, or one integer; empty when the key is missing.
  std::vector<std::int64_t> integers(std::string_view key);
  /// An array of strings, or one string; empty when the key is missing.
  std::vector<std::string> words(std::string_view key);
  const TomlTable* table(std::string_view key);
  std::optional<Activation> activation(std::string_view key);
  /// Marks a key as known that somebody else reads.
  const TomlValue* raw(std::string_view key);

  /// @throws Error unknown_name for a key that nobody asked for.
  void finish() const;
  /// @throws Error at the key's line, or at the table's where the key is missing.
  [[noreturn]] void fail(ErrorCode code, std::string_view key, const std::string& message) const;
  [[nodiscard]] const Place& place() const noexcept { return place_; }
  [[nodiscard]] int line() const noexcept { return table_.line; }

 private:
  std::int64_t integer_of(std::string_view key, const TomlValue& value) const;
  [[noreturn]] void wrong_type(std::string_view key, const TomlValue& found, std::string_view expected) const;

  const TomlTable& table_;
  const Place& place_;
  std::string_view what_;
  const Names& names_;
  std::vector<std::string_view> known_;
};

}  // namespace fanin::net
