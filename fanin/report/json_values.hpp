// Private to this room: what its JSON writers share. Text is made and read in json_values.cpp, because the library's
// reader and writer cost each file that has them seconds of compiling.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fanin::report {

using Json = nlohmann::ordered_json;

/// JSON knows no NaN and no infinity: they are null.
inline Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// Indented, with a newline at the end; bytes that are no UTF-8 become U+FFFD.
std::string json_text(const Json& json);

/// On one line without a newline, likewise.
std::string json_line(const Json& json);

/// The order of keys is kept. Throws Json::parse_error.
Json parse_json(std::string_view text);

}  // namespace fanin::report
