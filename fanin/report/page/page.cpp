#include "fanin/report/page/page.hpp"

#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/page/page_bundle.hpp"

namespace fanin::report {
namespace {

constexpr std::string_view kDataBegin = "<script type=\"application/json\" id=\"fanin-data\">";
constexpr std::string_view kDataEnd = "</script>";
constexpr int kVersion = 1;

// Within a script element, "</script" would end it and "<!--" would change how it is read.
std::string without_tags(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 64);
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

// Refuses what no page of this version can show.
[[nodiscard]] Json checked(std::string_view data, const std::string& where) {
  Json json = Json::parse(data, nullptr, false);
  if (!json.is_object() || !json.contains("version") || !json["version"].is_number_integer() ||
      !json.contains("kind")) {
    throw Error(ErrorCode::bad_data, where, "it holds no data of a report");
  }
  const auto version = json["version"].get<std::int64_t>();
  if (version > kVersion) {
    throw Error(ErrorCode::bad_data, where,
                "its data have version " + std::to_string(version) + ", this program knows up to " +
                    std::to_string(kVersion) + "; a newer fanin reads it");
  }
  return json;
}

}  // namespace

bool has_page() noexcept { return !page_bundle().script.empty(); }

std::string_view no_page_reason() noexcept {
  return "this fanin was built without Node, which bundles the charts: a report is its data only (report.json). "
         "Install nodejs and npm and build again, or let another fanin make the page: fanin report FOLDER";
}

std::string page_html(std::string_view data) {
  if (!has_page()) throw Error(ErrorCode::unsupported, "report.html", std::string(no_page_reason()));
  const PageBundle& bundle = page_bundle();
  const Json json = checked(data, "page");
  const std::string title = json.contains("title") && json["title"].is_string() ? json["title"].get<std::string>() : "";
  const std::string safe_data = without_tags(data);
  const std::string safe_title = escaped(title);
  const std::initializer_list<std::pair<std::string_view, std::string_view>> marks{
      {"%STYLE_HASH%", bundle.style_hash},
      {"%SCRIPT_HASH%", bundle.script_hash},
      {"%STYLE%", bundle.style},
      {"%SCRIPT%", bundle.script},
      {"%TITLE%", safe_title},
      {"%DATA%", safe_data}};
  std::string out;
  std::string_view rest = bundle.page;
  while (!rest.empty()) {  // one pass: what is put in is not searched
    const std::size_t percent = rest.find('%');
    out.append(rest.substr(0, percent));
    if (percent == std::string_view::npos) break;
    rest.remove_prefix(percent);
    const auto* const mark = std::ranges::find_if(marks, [&](const auto& m) { return rest.starts_with(m.first); });
    out.append(mark == marks.end() ? rest.substr(0, 1) : mark->second);
    rest.remove_prefix(mark == marks.end() ? 1 : mark->first.size());
  }
  return out;
}

std::string page_data_in(std::string_view text, const std::string& where) {
  const std::size_t begin = text.find(kDataBegin);
  if (begin != std::string_view::npos) {
    text.remove_prefix(begin + kDataBegin.size());
    text = text.substr(0, text.find(kDataEnd));
  }
  [[maybe_unused]] const Json json = checked(text, where);
  return std::string(text);
}

}  // namespace fanin::report
