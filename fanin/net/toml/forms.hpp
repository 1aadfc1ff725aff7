// Private to this room: how each op is written in a description. A form reads the op's keys and writes them
// back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/net/activation.hpp"
#include "fanin/net/op.hpp"
#include "fanin/net/ops/recurrent.hpp"
#include "fanin/net/toml/fields.hpp"

namespace fanin::net {

/// What a form may use besides its keys.
struct FormContext {
  std::span<const Shape> inputs;
  const Activation& activation;  ///< of the network, for ops that name none
  const Names& names;
};

/// Lines "key = value" of a description.
class FieldWriter final {
 public:
  void integer(std::string_view key, std::int64_t value);
  void integers(std::string_view key, const std::vector<std::int64_t>& values);
  void number(std::string_view key, double value);
  void flag(std::string_view key, bool value);
  void word(std::string_view key, std::string_view value);
  void words(std::string_view key, const std::vector<std::string>& values);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void line(std::string_view key, std::string_view value);
  std::string text_;
};

struct OpForm {
  std::string_view kind;  ///< the op's
  OpPtr (*read)(Fields& fields, const FormContext& context) = nullptr;
  void (*write)(const Op& op, FieldWriter& out) = nullptr;
};

std::span<const OpForm> unit_forms() noexcept;      ///< dense, bias, activation, …
std::span<const OpForm> norm_forms() noexcept;      ///< batch_norm, …
std::span<const OpForm> spatial_forms() noexcept;   ///< conv, …
std::span<const OpForm> sequence_forms() noexcept;  ///< lstm, attention, …
std::span<const OpForm> shape_forms() noexcept;     ///< add, concat, reshape, …

/// units, bias, last_only and reverse; an rnn's `activation`, tanh when missing.
RecurrentOptions read_recurrent_options(Fields& fields);
Activation read_cell_function(Fields& fields);

/// Null when no op has this kind.
const OpForm* find_form(std::string_view kind) noexcept;
std::vector<std::string> form_names();

/// An op's form without any key.
template <auto kMake>
OpPtr read_nothing(Fields&, const FormContext&) {
  return kMake();
}
inline void write_nothing(const Op&, FieldWriter&) {}

}  // namespace fanin::net
