#include "fanin/experiment/store/settings_text.hpp"

#include <nlohmann/json.hpp>

namespace fanin::experiment {

nlohmann::ordered_json settings_of(std::string_view text) {
  using Json = nlohmann::ordered_json;
  const Json::parser_callback_t shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 8; };
  Json json = Json::parse(text.begin(), text.end(), shallow, false);
  return json.is_object() ? json : Json::object();
}

}  // namespace fanin::experiment
