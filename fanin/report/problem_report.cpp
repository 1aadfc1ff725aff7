#include "fanin/report/problem_report.hpp"

#include <string_view>

#include "fanin/core/version.hpp"
#include "fanin/report/json_values.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"

namespace fanin::report {
namespace {

using observe::ProblemPage;

Json page_json(const ProblemPage& page) {
  Json json;
  json["problem"] = observe::to_string(page.problem);
  json["title"] = page.title;
  json["meaning"] = page.meaning;
  json["formula"] = page.formula;
  json["remedy"] = page.remedy;
  json["command"] = page.command;
  json["source"] = page.source;
  json["initialization"] = observe::is_initialization(page.problem);
  return json;
}

void add_section(std::string& out, std::string_view title, std::string_view text, const Terminal& terminal) {
  out += "\n";
  add_paragraph(out, title, Style::strong, terminal);
  add_paragraph(out, text, Style::plain, terminal);
}

}  // namespace

std::string problem_report(const ProblemPage& page, const Terminal& terminal) {
  std::string out;
  std::string head(observe::to_string(page.problem));
  head.append(": ").append(page.title);
  add_paragraph(out, head, Style::accent, terminal);
  out += "\n";
  add_paragraph(out, page.meaning, Style::plain, terminal);
  add_section(out, "Formula", page.formula, terminal);
  add_section(out, "What to do", page.remedy, terminal);
  add_section(out, "See it", page.command, terminal);
  add_section(out, "Source", page.source, terminal);
  return out;
}

std::string problem_list(const Terminal& terminal) {
  Table table({{"problem"}, flexible("what it is", 30)});
  for (const observe::Problem problem : observe::all_problems()) {
    table.add_row(
        {{std::string(observe::to_string(problem)), Style::accent}, {std::string(observe::page_of(problem).title)}});
  }
  return table.render(terminal);
}

std::string problem_json(const ProblemPage& page) {
  Json json;
  json["version"] = kVersion;
  json.update(page_json(page));
  return json_text(json);
}

std::string problem_list_json() {
  Json json;
  json["version"] = kVersion;
  json["problems"] = Json::array();
  for (const observe::Problem problem : observe::all_problems()) {
    json["problems"].push_back(page_json(observe::page_of(problem)));
  }
  return json_text(json);
}

}  // namespace fanin::report
