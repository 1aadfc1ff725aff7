#include "fanin/init/explain.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/init/initializer.hpp"

namespace fanin::init {
namespace {

std::optional<net::Fans> fans_or_nothing(Dialect dialect, const net::ParameterSpec& tensor) {
  try {
    return dialect_fans(dialect, tensor);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string fans_text(const net::Fans& fans) {
  std::string text = "(";
  text += std::to_string(fans.fan_in);
  text += ", ";
  text += std::to_string(fans.fan_out);
  return text + ")";
}

/// The law's kind: "normal", "normal cut at ±2 std", …
std::string kind_of(const std::optional<Law>& law) {
  if (!law) return "matrix";
  static constexpr std::array<const char*, 4> kKinds{"constant", "uniform", "normal", "truncated normal"};
  return kKinds.at(law->index());
}

std::string note_of(const DialectRow& row, const DialectRow& own, const std::string& kind,
                    const std::string& own_kind) {
  std::string note;
  const auto add = [&note](const std::string& part) {
    if (!note.empty()) note += "; ";
    note += part;
  };
  if (kind != own_kind) add(kind + " instead of " + own_kind);
  if (std::abs(row.variance_ratio - 1) > 1e-9) {
    if (row.fans && own.fans && (row.fans->fan_in != own.fans->fan_in || row.fans->fan_out != own.fans->fan_out)) {
      add("counts fans " + fans_text(*row.fans) + ", not " + fans_text(*own.fans));
    }
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.4g", row.variance_ratio);
    add("variance × " + std::string(digits.data()));
  }
  return note.empty() ? "the same" : note;
}

}  // namespace

std::vector<DialectRow> explain(std::string_view text, const net::ParameterSpec& tensor) {
  std::vector<DialectRow> rows;
  std::string own_kind;
  for (const Dialect dialect : {Dialect::fanin, Dialect::pytorch, Dialect::keras, Dialect::jax, Dialect::timm}) {
    DialectRow row;
    row.dialect = dialect;
    row.fans = fans_or_nothing(dialect, tensor);
    try {
      const Initializer rule = parse_initializer(text, dialect);
      const std::optional<Law> law = rule.law(tensor);
      row.std_dev = rule.std_dev(tensor);
      row.text = rule.text();
      row.law = law ? to_string(*law) : "";
      row.available = true;
      if (rows.empty()) {
        own_kind = kind_of(law);
        row.note = "exact law, typed fans";
      } else {
        const double own = rows.front().std_dev;
        row.variance_ratio = own > 0 ? row.std_dev * row.std_dev / (own * own)
                                     : (row.std_dev == 0 ? 1 : std::numeric_limits<double>::quiet_NaN());
        row.note = note_of(row, rows.front(), kind_of(law), own_kind);
      }
    } catch (const Error& error) {
      if (dialect == Dialect::fanin) throw;  // the request itself is at fault
      row.variance_ratio = std::numeric_limits<double>::quiet_NaN();
      row.note = error.message();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace fanin::init
