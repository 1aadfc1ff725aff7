#include "apps/fanin/answer.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "fanin/report/paragraph.hpp"

namespace fanin::cli {

void Answer::declare(CLI::App& app) {
  json_option_ = app.add_option("--json", json_file_, "print JSON in place of the text; with a file, write it there");
  json_option_->type_name("[FILE]")->expected(0, 1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--color", color_, "auto, always or never")->type_name("WHEN");
}

std::string Answer::argument(std::string given) {
  const bool is_file = json_file_ == "-" || (json_file_.ends_with(".json") && !json_file_.ends_with(".index.json"));
  return given.empty() && !is_file ? std::exchange(json_file_, "") : std::move(given);
}

void Answer::give(const std::function<std::string(const report::Terminal&)>& text,
                  const std::function<std::string()>& json) const {
  const report::Terminal terminal = report::inspect_terminal(STDOUT_FILENO, report::parse_color_choice(color_));
  const bool wants_json = json_option_->count() > 0;
  if (wants_json && (json_file_.empty() || json_file_ == "-")) {
    print(json());
    return;
  }
  std::string shown = text(terminal);
  if (wants_json) {
    write_file(json_file_, json());
    report::add_paragraph(shown, "\nSaved: " + json_file_, report::Style::plain, terminal);
  }
  print(shown);
}

}  // namespace fanin::cli
