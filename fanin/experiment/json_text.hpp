// JSON to text and back, for all files that experiments write. Private to this room. Compiled once, because the
// library's reader and writer cost each file that has them seconds.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fanin::experiment {

/// For a file that people read: indented, with a newline at the end; bytes that are no UTF-8 become U+FFFD.
std::string json_file(const nlohmann::ordered_json& json);

/// On one line without a newline; bytes that are no UTF-8 become U+FFFD.
std::string json_line(const nlohmann::ordered_json& json);

/// The order of keys is kept. Throws nlohmann::json::parse_error.
nlohmann::ordered_json parse_json(std::string_view text);

/// As above, but what is no JSON gives a value whose is_discarded() is true.
nlohmann::ordered_json parse_json_or_discard(std::string_view text);

}  // namespace fanin::experiment
