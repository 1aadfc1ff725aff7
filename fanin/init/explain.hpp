// Where the libraries differ: what one name gives one tensor in every dialect.
//
//     for (const init::DialectRow& row : init::explain("he_normal", parameter)) …
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/init/dialect.hpp"
#include "fanin/net/parameter.hpp"

namespace fanin::init {

struct DialectRow {
  Dialect dialect = Dialect::fanin;
  bool available = false;         ///< false: the library has no such scheme, or refuses the tensor
  std::string text;               ///< canonical; empty when not available
  std::string law;                ///< "N(0, 0.02²) cut at ±2 std"; empty for matrix schemes
  std::optional<net::Fans> fans;  ///< as that library counts them, where the tensor has any there
  double std_dev = 0;
  double variance_ratio = 1;  ///< to fanin's; NaN when fanin's is 0 or not available
  std::string note;           ///< how it differs from fanin's, or why it is not available
};

/// One row for each dialect, fanin's first.
/// @param text  an initializer without dialect=. @throws Error unknown_name, bad_syntax, bad_value,
///              and whatever fanin's own form refuses.
std::vector<DialectRow> explain(std::string_view text, const net::ParameterSpec& tensor);

}  // namespace fanin::init
