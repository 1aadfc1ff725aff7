// fanin runs: what earlier commands stored in their output folders.
#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "apps/fanin/errors.hpp"
#include "apps/fanin/runs_command.hpp"

namespace fanin::cli {
namespace {

std::function<int()> declare(CLI::App& app) {
  std::map<const CLI::App*, std::function<int()>> actions;
  for (const Command* command : {&kRunsListCommand, &kRunsShowCommand, &kRunsCompareCommand, &kRunsExportCommand,
                                 &kRunsMergeCommand, &kRunsCheckCommand}) {
    CLI::App* part = app.add_subcommand(std::string(command->name), std::string(command->summary));
    actions[part] = command->declare(*part);
  }
  app.require_subcommand(0, 1);
  app.footer(
      "compare, train, check and sweep store their runs in fanin.sqlite in the folder of --out.\n"
      "\n"
      "Examples:\n"
      "  fanin runs list runs/first\n"
      "  fanin runs show 3 runs/first\n"
      "  fanin runs compare he_normal glorot_normal runs/first\n"
      "  fanin runs export csv runs/first > runs.csv\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [&app, actions] {
    const auto chosen = app.get_subcommands();
    if (!chosen.empty()) return actions.at(chosen.front())();
    print(app.help());
    return static_cast<int>(kOk);
  };
}

}  // namespace

extern const Command kRunsCommand;
const Command kRunsCommand{"runs", "list, show, compare, export and merge stored runs", declare};

}  // namespace fanin::cli
