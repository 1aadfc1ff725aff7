#include "fanin/report/page/page_json.hpp"

#include <algorithm>

#include "fanin/core/version.hpp"

namespace fanin::report {

Json page_head(std::string_view kind, std::string_view title, const std::vector<SettingLine>& settings) {
  Json page{{"version", 1}, {"kind", kind}, {"fanin", kVersion}, {"title", title}};
  page["command"] = settings.empty() ? "" : command_line(kind, settings);
  page["settings"] = Json::array();
  for (const SettingLine& line : settings) {
    page["settings"].push_back(
        {{"group", line.group}, {"option", line.option}, {"value", line.value}, {"given", line.given}});
  }
  page["facts"] = Json::array();
  return page;
}

std::string bare_name(std::string_view data) {
  const std::string_view name = data.substr(0, data.find('('));
  const bool generated =
      data.ends_with(')') && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return std::string(generated ? name : data);
}

void add_fact(Json& page, std::string_view name, const std::string& value) {
  page["facts"].push_back({{"name", name}, {"value", value}});
}

std::string page_text(const Json& page) { return json_line(page) + "\n"; }

}  // namespace fanin::report
