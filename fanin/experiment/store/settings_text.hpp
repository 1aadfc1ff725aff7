// Settings as the store has them, JSON in a text, which may be anybody's. Private to this room.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace fanin::experiment {

/// The text as a JSON object; an empty one where it is none. What is nested more than eight deep is left out, because
/// writing JSON out again goes as deep as the JSON does.
nlohmann::ordered_json settings_of(std::string_view text);

}  // namespace fanin::experiment
