#include "fanin/net/toml/forms.hpp"

#include <array>

#include "fanin/core/call_expr.hpp"

namespace fanin::net {
namespace {

std::array<std::span<const OpForm>, 5> families() noexcept {
  return {unit_forms(), norm_forms(), spatial_forms(), sequence_forms(), shape_forms()};
}

/// As a TOML string. Names and activations hold no control characters.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

void FieldWriter::line(std::string_view key, std::string_view value) {
  text_.append(key).append(" = ").append(value).append("\n");
}

void FieldWriter::integer(std::string_view key, std::int64_t value) { line(key, std::to_string(value)); }

void FieldWriter::integers(std::string_view key, const std::vector<std::int64_t>& values) {
  std::string list = "[";
  for (std::size_t i = 0; i < values.size(); ++i) list.append(i == 0 ? "" : ", ").append(std::to_string(values[i]));
  line(key, list + "]");
}

void FieldWriter::number(std::string_view key, double value) { line(key, format_number(value)); }
void FieldWriter::flag(std::string_view key, bool value) { line(key, value ? "true" : "false"); }
void FieldWriter::word(std::string_view key, std::string_view value) { line(key, quoted(value)); }

void FieldWriter::words(std::string_view key, const std::vector<std::string>& values) {
  std::string list = "[";
  for (std::size_t i = 0; i < values.size(); ++i) list.append(i == 0 ? "" : ", ").append(quoted(values[i]));
  line(key, list + "]");
}

const OpForm* find_form(std::string_view kind) noexcept {
  for (const std::span<const OpForm> family : families()) {
    for (const OpForm& form : family) {
      if (form.kind == kind) return &form;
    }
  }
  return nullptr;
}

std::vector<std::string> form_names() {
  std::vector<std::string> names;
  for (const std::span<const OpForm> family : families()) {
    for (const OpForm& form : family) names.emplace_back(form.kind);
  }
  return names;
}

}  // namespace fanin::net
