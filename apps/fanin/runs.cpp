// fanin runs: what earlier commands stored in their output folders.
#include <CLI/CLI.hpp>
#include <string>

#include "apps/fanin/command_parts.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/runs_command.hpp"

namespace fanin::cli {
namespace {

std::function<int()> declare(CLI::App& app) {
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
  return declare_parts(app, {&kRunsListCommand, &kRunsShowCommand, &kRunsCompareCommand, &kRunsExportCommand,
                             &kRunsMergeCommand, &kRunsCheckCommand});
}

}  // namespace

extern const Command kRunsCommand;
const Command kRunsCommand{"runs", "list, show, compare, export and merge stored runs", declare};

}  // namespace fanin::cli
