// Private to this room: what its JSON writers share.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace fanin::report {

using Json = nlohmann::ordered_json;

/// JSON knows no NaN and no infinity: they are null.
inline Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// Indented, with a newline at the end; bytes that are no UTF-8 become U+FFFD.
inline std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fanin::report
