#include "apps/fanin/parse_errors.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::cli {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

/// "--epoch=3" -> "--epoch"; "-epochs" -> "--epochs", which is what was meant.
std::string option_asked_for(const std::string& argument) {
  std::string name = argument.substr(0, argument.find('='));
  if (name.size() > 2 && name[1] != '-') name.insert(0, "-");
  return name;
}

std::string advice(std::string_view name, const std::vector<std::string>& known, std::string_view otherwise) {
  return nearest_names(name, known).empty() ? std::string(otherwise) : suggestion(name, known);
}

/// "compare", "theory edge": as typed after the program's name, which the root has.
std::string typed_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  if (parent == nullptr) return "";
  const std::string before = typed_name(*parent);
  return (before.empty() ? "" : before + " ") + app.get_name();
}

[[noreturn]] void refuse_option(const CLI::App& app, const std::string& argument) {
  const std::string name = option_asked_for(argument);
  const std::string command_name = typed_name(app);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::vector<std::string> known = option_names(*command);
    if (std::find(known.begin(), known.end(), name) == known.end()) continue;
    throw Error(ErrorCode::bad_syntax, name,
                "this option belongs after its command: fanin " + typed_name(*command) + " " + name);
  }
  const std::string help = "`fanin " + (command_name.empty() ? "" : command_name + " ") + "--help` lists the options";
  throw Error(ErrorCode::unknown_name, "",
              "there is no option '" + name + "'" + (command_name.empty() ? "" : " of " + command_name) + "; " +
                  advice(name, option_names(app), help));
}

}  // namespace

void refuse_leftovers(const CLI::App& root) {
  const CLI::App* app = &root;
  std::vector<std::string> left = root.remaining(false);
  while (left.empty() && !app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
    left = app->remaining(false);
  }
  left.erase(std::remove(left.begin(), left.end(), "--"), left.end());
  if (left.empty()) return;
  const std::string& first = left.front();
  if (first.size() > 1 && first.front() == '-') refuse_option(*app, first);
  if (!command_names(*app).empty() && app->get_subcommands().empty()) {
    throw Error(ErrorCode::unknown_name, "",
                "there is no command '" + first + "'; " + suggestion(first, command_names(*app)));
  }
  throw Error(ErrorCode::bad_syntax, "'" + first + "'",
              "nothing is expected here; options begin with --, and a value with spaces or parentheses needs quotes");
}

void rethrow_parse_error(const CLI::ParseError& error) {
  std::string message = error.what();
  // "--epochs: 1 required N missing" is CLI11's way to say this:
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    throw Error(ErrorCode::bad_syntax, message.substr(0, message.find(':')), "it needs a value");
  }
  throw Error(ErrorCode::bad_syntax, "", std::move(message));
}

}  // namespace fanin::cli
