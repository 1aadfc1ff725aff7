// JSON in tests. Reading and printing are compiled once, in json.cpp: in each test file the library's
// templates cost seconds.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>

namespace fanin::tests {

// Throws nlohmann::json::exception with the byte where the text goes wrong.
nlohmann::json parse_json(std::string_view text);
bool is_json(std::string_view text);

}  // namespace fanin::tests

// What GoogleTest shows of a value that is not as expected.
NLOHMANN_JSON_NAMESPACE_BEGIN
void PrintTo(const nlohmann::json& value, std::ostream* out);
NLOHMANN_JSON_NAMESPACE_END
