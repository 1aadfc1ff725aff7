// Private to this room: what the pages of all commands begin with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fanin/report/json_values.hpp"
#include "fanin/report/page/settings_list.hpp"

namespace fanin::report {

/// {"version","kind","fanin","title","command","settings","facts"}
Json page_head(std::string_view kind, std::string_view title, const std::vector<SettingLine>& settings);

/// A generated data set's name without its arguments, which stand among the settings: "spirals".
std::string bare_name(std::string_view data);

/// Adds {"name","value"} to the page's facts.
void add_fact(Json& page, std::string_view name, const std::string& value);

/// One line; bytes that are no UTF-8 become U+FFFD.
std::string page_text(const Json& page);

}  // namespace fanin::report
