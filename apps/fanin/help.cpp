#include "apps/fanin/help.hpp"

#include <algorithm>
#include <cctype>

#include "fanin/report/text.hpp"

namespace fanin::cli {
namespace {

constexpr std::size_t kTextColumn = 28;
constexpr int kWidest = 100;  // long lines are hard to read

std::string full_name(const CLI::App* app) {
  return app->get_parent() == nullptr ? app->get_name() : full_name(app->get_parent()) + " " + app->get_name();
}

/// Short names and the first long one: the others are there for people who remember them differently.
std::string option_names(const CLI::Option* option) {
  std::string text;
  for (const std::string& name : option->get_snames()) text += "-" + name + ", ";
  text += "--" + option->get_lnames().front();
  if (option->get_items_expected_max() > 0) text += " " + option->get_type_name();
  return text;
}

}  // namespace

std::string HelpFormatter::entry(const std::string& name, const std::string& text) const {
  const auto width = static_cast<std::size_t>(std::min(terminal_.width, kWidest));
  const std::size_t column = width >= kTextColumn + 30 ? kTextColumn : 6;
  const std::vector<std::string> lines = report::wrap(text, width > column + 10 ? width - column : 10);
  const bool beside = report::display_width(name) + 4 <= column;
  std::string out = "  " + report::styled(name, report::Style::accent, terminal_);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 0 && beside) {
      out.append(column - 2 - report::display_width(name), ' ');
    } else {
      out.append("\n").append(column, ' ');
    }
    out += lines[i];
  }
  return out + "\n";
}

std::string HelpFormatter::usage(const CLI::App* app) const {
  std::string out = report::styled("Usage:", report::Style::strong, terminal_) + " " + full_name(app);
  if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) out += " <command>";
  for (const CLI::Option* option : app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    const std::string& text = option->get_option_text();
    const std::string name = text.empty() ? option->get_name(true) : text;
    const bool optional = option->nonpositional();  // what can be given as an option need not be given
    out += optional ? " [" + name + "]" : " <" + name + ">";
  }
  return out + " [options]\n";
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
  const auto width = static_cast<std::size_t>(std::min(terminal_.width, kWidest));
  std::string out;
  std::string description = app->get_description();
  if (!description.empty() && description.back() != '.') {  // a command's summary: make it a sentence
    description[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(description[0])));
    description += '.';
  }
  for (const std::string& line : report::wrap(description, width)) out += line + "\n";
  out += "\n" + usage(app);

  const auto subcommands = app->get_subcommands([](const CLI::App*) { return true; });
  if (!subcommands.empty()) out += "\n" + report::styled("Commands:", report::Style::strong, terminal_) + "\n";
  for (const CLI::App* subcommand : subcommands) {
    std::string summary = subcommand->get_description();
    out += entry(subcommand->get_name(), summary.substr(0, summary.find('\n')));
  }
  for (const std::string& group : app->get_groups()) {
    const auto options =
        app->get_options([&group](const CLI::Option* o) { return o->get_group() == group && o->nonpositional(); });
    if (group.empty() || options.empty()) continue;
    out += "\n" + report::styled(group + ":", report::Style::strong, terminal_) + "\n";
    for (const CLI::Option* option : options) out += entry(option_names(option), option->get_description());
  }
  // Footers hold examples to copy, which must not be broken.
  if (!app->get_footer().empty()) out += "\n" + app->get_footer();
  return out;
}

}  // namespace fanin::cli
