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

std::string at(const std::string& where, std::size_t offset) {
  return where + ", byte offset " + std::to_string(offset);
}

// @param offset  of the data in the file, for errors.
[[nodiscard]] Json parsed(std::string_view data, const std::string& where, std::size_t offset) {
  const std::size_t zero = data.find('\0');  // which nlohmann's lexer takes for the end
  if (zero != std::string_view::npos) {
    throw Error(ErrorCode::bad_data, at(where, offset + zero), "a zero byte stands in the data: the file is damaged");
  }
  try {
    return parse_json(data);
  } catch (const Json::parse_error& error) {
    throw Error(ErrorCode::bad_data, at(where, offset + (error.byte == 0 ? 0 : error.byte - 1)),
                std::string("the report's data are damaged there: ") + error.what());
  } catch (const Json::out_of_range& error) {  // 1e400
    throw Error(ErrorCode::bad_data, at(where, offset), std::string("the report's data are damaged: ") + error.what());
  }
}

// Refuses what no page of this version can show.
[[nodiscard]] Json checked(std::string_view data, const std::string& where, std::size_t offset = 0) {
  Json json = parsed(data, where, offset);
  if (!json.is_object() || !json.contains("version") || !json["version"].is_number_integer() ||
      !json.contains("kind") || !json["kind"].is_string()) {
    throw Error(ErrorCode::bad_data, where, "it holds no data of a report");
  }
  const auto version = json["version"].get<std::int64_t>();
  if (version > kVersion) {
    throw Error(ErrorCode::bad_data, where,
                "its data have version " + std::to_string(version) + ", this program knows up to " +
                    std::to_string(kVersion) + "; a newer fanin reads it");
  }
  for (const char* list : {"settings", "facts", "summary", "runs"}) {
    if (!json.contains(list) || !json[list].is_array()) {
      throw Error(ErrorCode::bad_data, where, "its data are no report's: '" + std::string(list) + "' must be a list");
    }
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
  const std::size_t size = text.size();
  const std::size_t mark = text.find(kDataBegin);
  const std::size_t begin = mark == std::string_view::npos ? 0 : mark + kDataBegin.size();
  if (mark != std::string_view::npos) {
    text.remove_prefix(begin);
    const std::size_t end = text.find(kDataEnd);
    if (end == std::string_view::npos) {
      throw Error(ErrorCode::bad_data, at(where, size),
                  "the file ends within its data, which begin at byte offset " + std::to_string(begin) +
                      ": it was cut short. Copy it again, or repeat the run");
    }
    text = text.substr(0, end);
  } else if (text.find_first_not_of(" \t\r\n") == text.find('<')) {
    throw Error(ErrorCode::bad_data, at(where, size),
                "it holds no data of a report: in its " + std::to_string(size) +
                    " bytes no element 'fanin-data' begins, so it is another page or was cut short");
  }
  [[maybe_unused]] const Json json = checked(text, where, begin);
  return std::string(text);
}

}  // namespace fanin::report
