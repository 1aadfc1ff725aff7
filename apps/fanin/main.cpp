// The fanin program: finds the subcommand, runs it, and turns every error into words and an exit
// status. What a subcommand does stands in the file of its name.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/fanin/command_line.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/help.hpp"
#include "apps/fanin/parse_errors.hpp"
#include "fanin/core/version.hpp"

namespace fanin::cli {
namespace {

constexpr std::string_view kExamples =
    "Examples:\n"
    "  fanin compare                      Fashion-MNIST from four initializations\n"
    "  fanin compare --data spirals --inits \"zeros,he_normal\" --epochs 20\n"
    "  fanin list initializers            what can be named in --inits\n"
    "  fanin compare --help               all options of a command\n"
    "\n";

/// `fanin help compare` is `fanin compare --help`. Last argument first, as CLI11 wants it.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> given(argv + 1, argv + argc);
  if (!given.empty() && given.front() == "help") {
    given.erase(given.begin());
    given.emplace_back("--help");
  }
  return {given.rbegin(), given.rend()};
}

int run(int argc, char** argv, std::string& command_name) {
  CLI::App root(
      "fanin makes deep networks start right: it trains a network from several weight\n"
      "initializations, shows which ones work, and why.",
      "fanin");
  root.formatter(
      std::make_shared<HelpFormatter>(report::inspect_terminal(STDOUT_FILENO, report::ColorChoice::automatic)));
  root.set_help_flag("-h,--help", "this text");
  root.set_version_flag("--version", "fanin " + std::string(kVersion), "the version");
  root.footer(std::string(kExamples) + std::string(kExitStatusHelp));
  root.require_subcommand(0, 1);
  root.allow_extras();

  std::map<const CLI::App*, std::function<int()>> actions;
  for (const Command* command : commands()) {
    CLI::App* app = root.add_subcommand(std::string(command->name), std::string(command->summary));
    app->allow_extras();
    actions[app] = command->declare(*app);
  }

  try {
    root.parse(arguments(argc, argv));
  } catch (const CLI::CallForHelp&) {
    const auto chosen = root.get_subcommands();
    print(chosen.empty() ? root.help() : chosen.front()->help());
    return kOk;
  } catch (const CLI::CallForVersion& version) {
    print(std::string(version.what()) + "\n");
    return kOk;
  } catch (const CLI::ParseError& error) {
    const auto chosen = root.get_subcommands();
    if (!chosen.empty()) command_name = chosen.front()->get_name();
    rethrow_parse_error(error);
  }
  const auto chosen = root.get_subcommands();
  if (!chosen.empty()) command_name = chosen.front()->get_name();
  refuse_leftovers(root);
  if (chosen.empty()) {
    print(root.help());
    return kOk;
  }
  return actions.at(chosen.front())();
}

}  // namespace
}  // namespace fanin::cli

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error to report, not a reason to die
  fanin::cli::remember_command_line(argc, argv);
  std::string command;
  try {
    return fanin::cli::run(argc, argv, command);
  } catch (...) {
    return fanin::cli::report_exception(command);
  }
}
