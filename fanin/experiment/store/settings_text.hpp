// Settings as the store has them, JSON in a text, which may be anybody's. Private to this room.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fanin::experiment {

/// The text as a JSON object; an empty one where it is none. What is nested more than eight deep is left out, because
/// writing JSON out again goes as deep as the JSON does.
inline nlohmann::ordered_json settings_of(std::string_view text) {
  using Json = nlohmann::ordered_json;
  const Json::parser_callback_t shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 8; };
  Json json = Json::parse(text.begin(), text.end(), shallow, false);
  return json.is_object() ? json : Json::object();
}

/// On one line; bytes that are no UTF-8 become U+FFFD.
inline std::string line_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace fanin::experiment
